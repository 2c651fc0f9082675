"""Completion, compiled: an answer's objects are made by functions written for their selection.

graphql-core completes a value field by field: for each of a page's fields it builds a path, a description of where it is,
and asks what kind of type it meets, again for every row. What it does depends on the document alone, so for a document
that comes again it is written down once, as Python: one function for each selection of an object type (`writing`), run
by a small driver that waits for what is not there yet (`running`).

Only answers without a fault are made so. Whatever is unusual (null where none may be, a value of another kind, an
exception, something to be awaited in a place where nothing was expected) gives all of it up (`Bail`), and graphql-core
itself makes the answer (`executor`). So errors, their paths and order, and which nulls they leave are its own, always.

The resolvers are the same functions, called with the same arguments: who may see a field is asked where it always is.
What they are handed differs in two ways. `info` is made once for each field of a selection and not for each row, so its
path is not that of the row; and arguments are read once for all rows, so that rows share the objects made of them.
"""

from server.graphql.completion.executor import Compiled, CompiledExecutor

__all__ = ["Compiled", "CompiledExecutor"]
