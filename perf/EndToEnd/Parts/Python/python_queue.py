"""Baseline: numbers through a multiprocessing queue. Arguments: Queue or JoinableQueue, and the capacity."""
import multiprocessing
import sys

import peer_requests

LAST = -1
KIND, CAPACITY = sys.argv[1], int(sys.argv[2])


def read(queue, drained):
    while (item := queue.get()) is not None:
        if item == LAST:
            drained.send(None)


def read_joinable(queue, _):
    while queue.get() is not None:
        queue.task_done()


if __name__ == "__main__":
    items = getattr(multiprocessing, KIND)(CAPACITY)
    mine, its = multiprocessing.Pipe()
    is_joinable = KIND == "JoinableQueue"
    reader = multiprocessing.Process(target=read_joinable if is_joinable else read, args=(items, its))
    reader.start()
    peer_requests.obey(lambda seconds: peer_requests.write(items.put, 1, LAST, items.join if is_joinable else mine.recv, seconds))
    items.put(None)
    reader.join()
