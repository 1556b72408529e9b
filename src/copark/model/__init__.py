"""The model: four scales, one coupling, one quarter at a time.

The floor of the project. It knows no files, no named parks and no screens: arrays in, arrays out. A submodel is a scale
of the theory (`world`, `governments`, `company`, `enterprises`); everything that passes between scales passes through
`coupling.links`; `step` is one quarter; `kernel` is all quarters for a block of runs.
"""
