# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads .po files, and the sentences that C sources mark for translation."""
import ast
import re
from dataclasses import dataclass

LITERAL = r'"(?:[^"\\\n]|\\.)*"'
# A call that translates: its first literal is the sentence.
CALLS = ('vmc_say', 'VMC_SAY', 'vmc_inquest_sayf', 'vmc_inquest_why', 'vmc_inquest_next',
         'vmc_sheet_sayf')
MARKED = re.compile(r'\b(?:' + '|'.join(CALLS) + r')\s*\((?:[^"();]|\([^"()]*\))*?'
                    r'((?:' + LITERAL + r'\s*)+)')
COMMENT = re.compile(r'/\*.*?\*/', re.S)
CONVERSION = re.compile(r'%(?:(\d+)\$)?([-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?)'
                        r'(hh|h|ll|l|z|j|t)?([diouxXcsfgeEp%])')


class Bad(Exception):
    pass


@dataclass
class Entry:
    translated: str
    where: str


def unquote(literals):
    return ''.join(ast.literal_eval(part) for part in re.findall(LITERAL, literals))


def read_po(path):
    """Yields (english, Entry). Only what we use of the format: msgid, msgstr, comments."""
    english, field, texts, number_of = None, None, {}, 0

    def done():
        if texts.get('msgid'):
            if not texts.get('msgstr'):
                raise Bad(f'{path}:{number_of}: "{texts["msgid"]}" has no translation')
            yield texts['msgid'], Entry(texts['msgstr'], f'{path}:{number_of}')

    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        match = re.fullmatch(r'(?:(msgid|msgstr)\s+)?(' + LITERAL + ')', line)
        if not match or not (match.group(1) or field):
            raise Bad(f'{path}:{number}: expected msgid, msgstr or a text in quotes')
        if match.group(1) == 'msgid':
            yield from done()
            texts, number_of = {}, number
        field = match.group(1) or field
        texts[field] = texts.get(field, '') + unquote(match.group(2))
    yield from done()


def read_all(paths):
    """All translations; the same sentence may stand in two files when both say the same."""
    table = {}
    for path in paths:
        for english, entry in read_po(path):
            other = table.setdefault(english, entry)
            if other.translated != entry.translated:
                raise Bad(f'{entry.where}: "{english}" has another translation in {other.where}')
    return table


def marked(path):
    """Yields (line, sentence) for each sentence of a C source that is to be translated."""
    text = COMMENT.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()),
                       path.read_text(encoding='utf-8'))
    for match in MARKED.finditer(text):
        yield text.count('\n', 0, match.start()) + 1, unquote(match.group(1))


def conversions(text):
    """What a format takes, by position: {1: 's', 2: 'llx'}."""
    found, position = {}, 0
    for match in CONVERSION.finditer(text):
        if match.group(4) == '%':
            continue
        position += 1
        kind = (match.group(3) or '') + match.group(4)
        found[int(match.group(1) or position)] = kind
    return found
