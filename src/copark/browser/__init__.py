"""The model without Python: its compiled kernel as a WebAssembly module, and what a page needs to run it.

Nothing is written twice. The module is made of the same Python functions (`module_build`), the places of its arguments
come from the records of NumPy (`module_layout`), and what a case, an option or a posterior says is packed by Python.
"""
