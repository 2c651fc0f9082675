"""The processes behind the commands, a module each: the API, the worker, the sandbox. None loads what another stands on."""
