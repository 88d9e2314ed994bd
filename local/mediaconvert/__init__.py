"""The MediaConvert of the embedded cloud: its REST API, queues and events over FFmpeg's work."""
