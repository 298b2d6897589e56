"""Run once, before the snapshot: what every interpreter has loaded."""

import sys

# What candidates and tests import most; loaded here they cost nothing per sample.
import bisect, collections, copy, dataclasses, datetime, decimal, enum, fractions, functools, hashlib, heapq  # noqa: E401, F401
import itertools, json, math, operator, os, random, re, statistics, string, time, types, typing  # noqa: E401, F401

sys.path.insert(0, '/lib/whetstone')
import event_loop  # noqa: E402, F401
from roles import drive, serve_candidate  # noqa: E402, F401
