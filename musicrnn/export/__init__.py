"""Models for other programs: ONNX graphs, compared with the model before they are written.

Conventions. A graph is float32, its batch is free where the file says so, and a classifier's input
is samples: the features are part of the graph. States go in and come out; all are zero at the
start. Needs the extra ``export``: ``pip install onnx onnxruntime``.
"""
