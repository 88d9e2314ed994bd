"""Videos: what a file holds, what an encoder is asked to make of it, and what is made beside that.

Pure: readers, paths and values in, values out.
"""
