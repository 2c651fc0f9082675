"""GraphQL in and out: a root field translates its input, calls one verb or asks one question, presents the result."""
