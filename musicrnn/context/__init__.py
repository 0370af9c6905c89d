"""What a composing model hears at every step beside the last id: where it is, what is asked, and
what there was."""
