"""The one place where a lower slice reaches a higher one: every hook is filled here."""


from referral.audit.recording import write_reads
from referral.kit.transaction import record_reads


def fill_hooks() -> None:
    """Fill every declared hook. The product does not start while one is missing."""
    record_reads.fill(write_reads)
