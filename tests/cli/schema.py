#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Reports keep to data/report.schema.json. The checker here knows the words that
the schema uses, no more, and refuses others; python3-jsonschema, where installed, is asked too.
"""
import json
import os
import re
import sys

import cli

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
KNOWN = {"$schema", "$id", "$defs", "$ref", "title", "description", "type", "required",
         "properties", "items", "enum", "const", "pattern", "minimum", "minItems", "maxItems"}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def check(value, schema, root, where, problems):
    """Appends what is wrong with value to problems."""
    assert set(schema) <= KNOWN, f"schema word that this checker does not know: {set(schema) - KNOWN}"
    if "$ref" in schema:
        check(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, where, problems)
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_type(value, n) for n in names):
        problems.append(f"{where}: {value!r:.80} is not {names}")
        return
    if "const" in schema and value != schema["const"]:
        problems.append(f"{where}: {value!r:.80} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        problems.append(f"{where}: {value!r:.80} is none of {schema['enum']}")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        problems.append(f"{where}: {value!r:.80} does not match {schema['pattern']}")
    if is_type(value, "number") and value < schema.get("minimum", value):
        problems.append(f"{where}: {value} is below {schema['minimum']}")
    if isinstance(value, dict):
        for key in schema.get("required", []):
            if key not in value:
                problems.append(f"{where}: no key {key}")
        for key, member in value.items():
            if key in schema.get("properties", {}):
                check(member, schema["properties"][key], root, f"{where}.{key}", problems)
            elif "properties" in schema:
                problems.append(f"{where}: key {key} is not in the schema")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            problems.append(f"{where}: {len(value)} items")
        for i, item in enumerate(value):
            check(item, schema.get("items", {}), root, f"{where}[{i}]", problems)


def second_opinion(schema, report):
    try:
        import jsonschema
        validator = jsonschema.Draft202012Validator
    except (ImportError, AttributeError):
        return None
    validator.check_schema(schema)
    return [f"{list(e.path)}: {e.message}" for e in validator(schema).iter_errors(report)]


def main():
    schema, failed, asked = cli.schema(), 0, True
    files = [("log text", "-", cli.LOG)]
    files += [(os.path.basename(p), p, "") for p in cli.logs() + cli.fixtures()]
    inputs = [(f"{name}, {lang}", path, stdin, lang)
              for name, path, stdin in files for lang in ("en", "zh_CN")]
    for name, path, stdin, lang in inputs:
        r = cli.run(path, "--format", "json", "--lang", lang, stdin=stdin)
        problems = []
        if r.returncode not in (0, 1):
            problems.append(f"exit status {r.returncode}: {r.err}")
        else:
            report = json.loads(r.out)
            check(report, schema, schema, "$", problems)
            opinion = second_opinion(schema, report)
            asked = asked and opinion is not None
            problems += opinion or []
        print(f"{'FAIL' if problems else 'ok  '}  {name}")
        for problem in problems:
            print("      " + problem)
        failed += bool(problems)
    if not asked:
        print("note: python3-jsonschema is not installed; only our own checker was asked")
    if not cli.fixtures():
        print("note: no dump in tests/fixtures; only log text was checked")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
