"""What the shop costs, each figure beside a yardstick that is measured in the same run.

`make bench` runs all parts; a part is a module with `figures(server, options)`, listed in `benchmarks.run`.
"""
