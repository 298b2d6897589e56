"""Run before every lock. The wall is in JavaScript; this makes programs that look for a browser find none, and say so."""

import gc
import sys

import event_loop

_bridges = {'js', 'pyodide', 'pyodide_js', '_pyodide', '_pyodide_core', 'ctypes', '_ctypes'}
for _name in [*sys.modules]:
    if _name.split('.')[0] in _bridges:
        del sys.modules[_name]
sys.modules.update(dict.fromkeys(_bridges))
sys.meta_path[:] = [
    finder for finder in sys.meta_path if getattr(finder, '__module__', type(finder).__module__).split('.')[0] != '_pyodide'
]
sys.excepthook = sys.__excepthook__
event_loop.install()
del _bridges, _name
# What is here stays; collections need not look at it for each sample again.
gc.collect()
gc.freeze()
