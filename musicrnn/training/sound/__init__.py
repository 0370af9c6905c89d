"""Learning to compose sound: models of the tokens of sound."""
