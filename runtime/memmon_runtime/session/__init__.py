"""One process's run: settings, start, fork, end, and the calls for people who mark their code by hand."""
