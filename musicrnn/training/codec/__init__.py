"""Learning a codec of sound: the network of musicrnn.networks.codec."""
