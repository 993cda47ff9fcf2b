"""The worker wakes for a picture and for a word from the gate, and for nothing else."""

import threading
from multiprocessing import Pipe

from gate.cameras.wakeup import WakeUpEvent

FOREVER = 50.0  # Longer than a test may take: a wait that ends only by its time fails.


def test_a_ring_before_the_wait_is_not_missed_and_counts_once() -> None:
    wake_up, (pipe, _other) = WakeUpEvent(), Pipe()
    for _ in range(100_000):  # More than a pipe would hold.
        wake_up.ring()
    wake_up.wait(pipe, FOREVER)
    assert not wake_up._hears.poll()
    wake_up.ring()
    assert wake_up._hears.poll()


def test_every_ring_from_another_thread_is_heard() -> None:
    wake_up, (pipe, _other) = WakeUpEvent(), Pipe()
    newest, heard = [0], threading.Semaphore(0)

    def rings() -> None:
        for number in range(1, 201):
            newest[0] = number
            wake_up.ring()
            if number % 10 == 0:
                heard.acquire(timeout=FOREVER)

    ringer = threading.Thread(target=rings)
    ringer.start()
    for until in range(10, 201, 10):
        while newest[0] < until:
            wake_up.wait(pipe, FOREVER)
        heard.release()
    ringer.join()


def test_a_word_or_the_end_of_the_pipe_wakes_too() -> None:
    wake_up, (pipe, other) = WakeUpEvent(), Pipe()
    other.send("look")
    wake_up.wait(pipe, FOREVER)
    assert pipe.recv() == "look"
    other.close()
    wake_up.wait(pipe, FOREVER)
    assert pipe.poll()
