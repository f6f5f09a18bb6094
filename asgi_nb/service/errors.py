"""The one error of the service floor."""


class ServiceError(RuntimeError):
    """
    A server could not start, stop or be reached.

    The message says what was got, what was expected and what to do; the cause,
    where there is one, is the exception that stopped it.
    """
