"""What a sound file is and which streams lie in it, before a decoder is given any of them."""
