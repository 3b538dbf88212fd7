"""PyTorch's side of the benchmark. `peer.py info` describes it; `peer.py TASK.json` does one task (lib/src/bench/task.ts)."""
import json
import os
import platform
import sys
import time

START = time.perf_counter()

import torch  # noqa: E402

WARMUP_SECONDS = 3
PATIENCE = 3


def peak_bytes():
    """Most memory that was resident."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return 1024 * int(line.split()[1])
    except OSError:
        pass
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def blas_libraries():
    """The BLAS libraries that are loaded, by the last two parts of their paths."""
    found = set()
    try:
        with open("/proc/self/maps") as maps:
            for line in maps:
                path = line.split()[-1]
                name = os.path.basename(path)
                if any(word in name for word in ("blas", "mkl", "blis", "Accelerate")) and ".so" in name:
                    found.add("/".join(path.split("/")[-2:]))
    except OSError:
        pass
    return sorted(found)


def matmul_gflops(m=1576, k=768, n=3072, runs=5):
    a, b = torch.randn(m, k), torch.randn(k, n)
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - start)
    return 2 * m * k * n / best / 1e9


def info():
    try:
        from video_peer import library

        video = library()
    except ImportError:
        video = None
    speed = matmul_gflops()
    return {
        "pythonVersion": platform.python_version(),
        "torchVersion": torch.__version__,
        "threads": torch.get_num_threads(),
        "blas": blas_libraries(),
        "config": torch.__config__.show(),
        "parallelInfo": torch.__config__.parallel_info(),
        "matmulGflops": speed,
        "video": video,
        "cuda": torch.cuda.get_device_name(0) if torch.cuda.is_available() else None,
    }


def tell_run():
    """A line on stdout tells the starting process that things go on."""
    print("run", flush=True)


def timed(work):
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    tell_run()
    return seconds


def measure(job, task):
    """As `measure` of lib/src/bench/job.ts."""

    def both():
        before = timed(job.baseline) if job.baseline else None
        return timed(job.run), before

    spent = 0.0
    for _ in range(task["warmups"]):
        if spent >= WARMUP_SECONDS:
            break
        own, before = both()
        spent += own + (before or 0)
    seconds, baseline, spent = [], [], 0.0
    wanted = task["seconds"]
    while not seconds or spent < wanted or (len(seconds) < task["runs"] and spent < PATIENCE * wanted):
        own, before = both()
        seconds.append(own)
        if before is not None:
            baseline.append(before)
        spent += own + (before or 0)
    return {"seconds": seconds, "baseline": baseline}


def perform(task):
    from jobs import make_job
    from tensor_file import write_tensors

    job = make_job(task)
    setup = time.perf_counter() - START
    print("ready", flush=True)
    timing = {"seconds": [], "baseline": []}
    if task["mode"] == "check":
        write_tensors(task["outputs"], job.check(tell_run))
    else:
        timing = measure(job, task)
    with open(task["report"], "w") as file:
        json.dump({**timing, "peakBytes": peak_bytes(), "setupSeconds": setup}, file)


def main():
    # The process is told its threads by OMP_NUM_THREADS, for torch and for its BLAS.
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    if sys.argv[1] == "info":
        print(json.dumps(info()))
        return
    with open(sys.argv[1]) as file:
        perform(json.load(file))


main()
