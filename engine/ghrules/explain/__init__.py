"""Why a hypothesis was raised, and why another was not: told from facts and rules, the engine does not know it."""
