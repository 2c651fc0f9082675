"""The plain way: Strawberry's own ASGI view, rows by SQLModel's ORM, relations by DataLoaders; all defaults."""
