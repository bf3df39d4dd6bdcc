"""Check that each test on reference data names a twin that runs without it.

A test reads reference data when it, its parameters, its fixtures or what they call use
something of `tests/reference.py`. Its twin (`@twin("test_name")`) has to exist and must
not read that data; `@twin(OTHER_CASES)` says that it has cases on our own. Prints what is
amiss and exits 1. `--list` prints each test on reference data as pytest takes it.
"""

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path
import sys
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SOURCE = "tests.reference"
READERS = {"reference", "needs_reference", "vectors"}
MARK = "twin"
OTHER_CASES = "OTHER_CASES"

type Function = ast.FunctionDef | ast.AsyncFunctionDef


class Name(NamedTuple):
    """Something defined at the top of a module."""

    module: str
    name: str


class Module:
    """What a file defines, and which names of which modules each definition uses."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        """Collect the definitions and imports of the file."""
        self.name = name
        self.imports: dict[str, Name] = {}
        self.definitions: dict[str, list[ast.stmt]] = {}
        self.tests: dict[str, Function] = {}
        for statement in tree.body:
            self._add(statement)
        self.mark = [
            node.value
            for node in self.definitions.get("pytestmark", [])
            if isinstance(node, ast.Assign)
        ]

    def _add(self, statement: ast.stmt) -> None:
        match statement:
            case ast.ImportFrom(module=str(source), names=names, level=0):
                for alias in names:
                    self.imports[alias.asname or alias.name] = Name(source, alias.name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.definitions.setdefault(name, []).append(statement)
                if name.startswith("test_"):
                    self.tests[name] = statement
            case ast.ClassDef(name=name, body=body):
                self.definitions.setdefault(name, []).append(statement)
                for inner in body:
                    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                        self.tests[f"{name}::{inner.name}"] = inner
            case _:
                for target in _assigned(statement):
                    self.definitions.setdefault(target, []).append(statement)

    def uses(self, name: str) -> set[Name]:
        """Return what a definition or a test uses, of this module and of others."""
        found = self.definitions.get(name) or [self.tests[name]]
        words = set().union(*map(_words, found)) - {name}
        if name in self.tests and "pytestmark" in self.definitions:
            words.add("pytestmark")
        return {
            self.imports.get(word, Name(self.name, word))
            for word in words
            if word in self.imports or word in self.definitions
        }

    def twins(self, test: str) -> list[str]:
        """Return the twins that a test, or its whole file, names."""
        marks = [*self.tests[test].decorator_list, *self.mark]
        return [
            argument.id
            if isinstance(argument, ast.Name)
            else ast.literal_eval(argument)
            for mark in marks
            for call in ast.walk(mark)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and self.imports.get(call.func.id) == (SOURCE, MARK)
            for argument in call.args
        ]


def _assigned(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _words(statement: ast.stmt) -> set[str]:
    """Return the names that code mentions; a fixture is mentioned by an argument."""
    return {
        node.id if isinstance(node, ast.Name) else node.arg
        for node in ast.walk(statement)
        if isinstance(node, ast.Name | ast.arg)
    }


def read_modules(folder: Path) -> dict[str, Module]:
    """Return the modules below a folder of tests by dotted name."""
    modules = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        modules[name] = Module(name, ast.parse(path.read_text(encoding="utf-8")))
    return modules


def _shared_fixtures(modules: dict[str, Module], module: str) -> dict[str, Name]:
    """Return what the conftest files above a module define, the nearest first."""
    found: dict[str, Name] = {}
    folders = module.split(".")[:-1]
    for depth in range(len(folders), 0, -1):
        name = ".".join([*folders[:depth], "conftest"])
        for defined in modules[name].definitions if name in modules else ():
            found.setdefault(defined, Name(name, defined))
    return found


def find_readers(modules: dict[str, Module]) -> set[Name]:
    """Return the names whose use, at any remove, reads reference data."""
    users: dict[Name, set[Name]] = {}
    for module in modules.values():
        fixtures = _shared_fixtures(modules, module.name)
        for name in {*module.definitions, *module.tests}:
            used = module.uses(name)
            if test := module.tests.get(name):
                arguments = {argument.arg for argument in test.args.args}
                used |= {fixtures[word] for word in arguments if word in fixtures}
            for use in used:
                users.setdefault(use, set()).add(Name(module.name, name))
    readers = {Name(SOURCE, name) for name in READERS}
    pending = list(readers)
    while pending:
        fresh = users.get(pending.pop(), set()) - readers
        readers |= fresh
        pending.extend(fresh)
    return readers


def _place(module: Module, test: str) -> str:
    return f"{module.name.replace('.', '/')}.py::{test}"


def _locate(test: str, module: str) -> Name:
    path, _, name = test.partition("::")
    if not path.endswith(".py"):
        return Name(module, test)
    return Name(path.removesuffix(".py").replace("/", "."), name)


def find_reference_tests(modules: dict[str, Module]) -> list[str]:
    """Return the tests on reference data, as pytest takes them."""
    readers = find_readers(modules)
    return [
        _place(module, test)
        for module in modules.values()
        for test in module.tests
        if (module.name, test) in readers
    ]


def find_faults(modules: dict[str, Module]) -> tuple[list[str], list[str]]:
    """Return the tests that name no twin, and the twins that are none."""
    readers = find_readers(modules)
    missing, wrong = [], []
    for module in modules.values():
        for test in module.tests:
            place = _place(module, test)
            twins = module.twins(test)
            if (module.name, test) in readers and not twins:
                missing.append(place)
            for named in twins:
                if named == OTHER_CASES:
                    continue
                twin = _locate(named, module.name)
                if twin.module not in modules or (
                    twin.name not in modules[twin.module].tests
                ):
                    wrong.append(f"{place}: its twin {named} does not exist")
                elif twin in readers:
                    wrong.append(f"{place}: its twin {named} reads reference data")
    return missing, wrong


def main() -> int:
    """Print what is amiss; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "tests")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    modules = read_modules(options.folder)
    if options.list:
        print(*find_reference_tests(modules), sep="\n")
        return 0
    missing, wrong = find_faults(modules)
    for place in missing:
        print(f"{place}: names no twin")
    for fault in wrong:
        print(fault)
    if missing or wrong:
        return 1
    print(
        f"Each of {len(find_reference_tests(modules))} tests on reference data has one."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
