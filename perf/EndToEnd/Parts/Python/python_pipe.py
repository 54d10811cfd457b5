"""Baseline: a number there and back over a multiprocessing pipe. Answers with the median and the 99th percentile in microseconds."""
import multiprocessing
import time

import peer_requests


def echo(connection):
    while (item := connection.recv()) is not None:
        connection.send(item)


def run(connection, seconds):
    trips = []
    before = time.perf_counter()
    end = before + seconds
    while before < end:
        connection.send(1)
        connection.recv()
        now = time.perf_counter()
        trips.append(now - before)
        before = now
    trips.sort()
    count = len(trips)
    return trips[count // 2] * 1e6, trips[int(count * 0.99)] * 1e6, count


if __name__ == "__main__":
    mine, its = multiprocessing.Pipe()
    other = multiprocessing.Process(target=echo, args=(its,))
    other.start()
    peer_requests.obey(lambda seconds: run(mine, seconds))
    mine.send(None)
    other.join()
