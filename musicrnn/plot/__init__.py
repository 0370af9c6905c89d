"""What a piece looks like: the piano roll as a picture (SVG, PNG) and as a page that plays.

Time runs to the right, pitch upwards; each track has its colour, and a note's velocity is the
strength of it. Drums have rows of their own, named, below the pitches. Beside it: charts of curves,
and diagrams of networks.
"""
