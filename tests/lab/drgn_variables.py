# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs inside drgn: parameters and locals of the crashed thread's frames as one line of JSON: [[function, {name: number}], ...],
null for what drgn calls absent, a text for what is no number."""

import json


def number(frame, name):
    try:
        value = frame[name]
        return None if value.absent_ else int(value) & (1 << 64) - 1
    except TypeError:
        return "no number"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def names(frame):
    try:
        return frame.locals()
    except Exception:
        return []


print(json.dumps([[frame.name, {name: number(frame, name) for name in names(frame)}] for frame in prog.crashed_thread().stack_trace()]))
