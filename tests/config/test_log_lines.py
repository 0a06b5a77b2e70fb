"""What stands in the logs, and what does not."""

from config import log_lines


def test_the_web_servers_own_line_for_each_request_stays_out_of_the_log():
    loggers = log_lines.configure("INFO")["loggers"]
    assert loggers["uvicorn.access"] == {"handlers": [], "propagate": False}
    assert loggers["uvicorn.error"]["propagate"], "its errors are kept"
