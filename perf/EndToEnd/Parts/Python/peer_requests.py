"""What the scripts of this directory share: they obey the requests of the program, one line each, as its own processes do."""
import sys
import time

ITEMS_PER_LOOK = 256


def obey(run):
    """Calls run(seconds) for each line "run <seconds>" and answers with its figures, until standard input ends."""
    print("ready", flush=True)
    for line in sys.stdin:
        print(*run(float(line.split()[1])), flush=True)


def write(put, item, last, drained, seconds):
    """The loop of ItemLoops.WriteAsync: items a second from the first write until the last is read, and how many."""
    started = time.perf_counter()
    end = started + seconds
    count = 1
    while time.perf_counter() < end:
        for _ in range(ITEMS_PER_LOOK):
            put(item)
        count += ITEMS_PER_LOOK
    put(last)
    drained()
    return count / (time.perf_counter() - started), count
