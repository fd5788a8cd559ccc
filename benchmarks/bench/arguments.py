"""Command lines whose errors are sentences: what was wrong, and what is valid. All of them exit with 2."""

import argparse
import sys


class Parser(argparse.ArgumentParser):
    def __init__(self, **options):
        super().__init__(allow_abbrev=False, **options)

    def error(self, message):
        options = ", ".join(action.option_strings[-1] for action in self._actions)
        print(f"{self.prog}: {message}. The options are: {options}.", file=sys.stderr)
        sys.exit(2)


def names_from(valid, what):
    """An argument that is a list of names, separated by commas."""

    def parse(text):
        names = [name for name in text.split(",") if name]
        unknown = [name for name in names if name not in valid]
        if unknown or not names:
            wrong = " and ".join(f"'{name}'" for name in unknown) or "an empty list"
            raise argparse.ArgumentTypeError(f"{wrong} names no {what}; the valid ones are {', '.join(valid)}")
        return list(dict.fromkeys(names))

    return parse


def number_above_zero(kind):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = 0
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"'{text}' isn't a number above 0")
        return value

    return parse


def writable_file(text):
    """Tried before anything is measured: an hour's figures must not be lost to a misspelt folder."""
    try:
        with open(text, "a", encoding="utf-8"):
            return text
    except OSError as error:
        raise argparse.ArgumentTypeError(f"'{text}' can't be written: {error.strerror}") from None
