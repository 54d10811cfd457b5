"""Baseline: empty tasks through a multiprocessing pool of two. Arguments: how many items a map has, and how many go to a worker at a time."""
import multiprocessing
import sys
import time

import peer_requests

ITEMS, CHUNK = int(sys.argv[1]), int(sys.argv[2])
WORKERS = 2


def empty(item):
    return 0


def run(pool, seconds):
    """The loop of PoolWork.RunAsync: tasks a second, and how many."""
    source = list(range(ITEMS))
    started = time.perf_counter()
    count = 0
    while True:
        count += len(pool.map(empty, source, chunksize=CHUNK))
        elapsed = time.perf_counter() - started
        if elapsed >= seconds:
            return count / elapsed, count


if __name__ == "__main__":
    with multiprocessing.Pool(WORKERS) as pool:
        peer_requests.obey(lambda seconds: run(pool, seconds))
