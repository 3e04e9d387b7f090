"""What an agent and a maintainer run: record, beat, pr-body, init, doctor."""
