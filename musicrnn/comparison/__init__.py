"""Many cells on one data set under one budget: the same parameters, updates or time, and seeds.

A Task says how a model of a cell is built, trained and measured; a Trial is one cell, rate and
seed; a Row what came of it. Rows lie in a folder: the same command goes on where it stopped.
"""
