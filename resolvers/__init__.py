"""GraphQL in and out: each root field translates its input, calls one verb or asks one question, and presents the result."""
