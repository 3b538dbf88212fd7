"""A video file to a model's input, with PyAV or OpenCV, as Python training code does it."""
import numpy as np
import torch

try:
    import av
except ImportError:
    av = None
try:
    import cv2
except ImportError:
    cv2 = None

MEAN = np.array([123.675, 116.28, 103.53], dtype=np.float32)
STD = np.array([58.395, 57.12, 57.375], dtype=np.float32)


def library():
    """The decoder's name and version; None where there is none."""
    if av:
        return f"PyAV {av.__version__}" + (f" with OpenCV {cv2.__version__}" if cv2 else "")
    return f"OpenCV {cv2.__version__}" if cv2 else None


def centres(count, frames):
    """The centre of each of equal segments."""
    return [int(i * (count / frames) + count / frames / 2) for i in range(frames)]


def load(work, threads):
    """Decodes, samples, resizes, crops, normalises: float32 [T, 3, size, size]."""
    read = read_av if av else read_cv2
    pictures = [resized(picture, work["shortSide"], work["size"]) for picture in read(work, threads)]
    pixels = (np.stack(pictures).astype(np.float32) - MEAN) / STD
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))


def read_av(work, threads):
    with av.open(work["file"]) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        wanted = centres(stream.frames, work["frames"])
        kept, last = {}, max(wanted)
        for index, frame in enumerate(container.decode(stream)):
            if index in wanted:
                kept[index] = frame.to_ndarray(format="rgb24")
            if index == last:
                break
    return [kept[index] for index in wanted]


def read_cv2(work, threads):
    cv2.setNumThreads(threads)
    capture = cv2.VideoCapture(work["file"])
    wanted = centres(int(capture.get(cv2.CAP_PROP_FRAME_COUNT)), work["frames"])
    kept = {}
    for index in range(max(wanted) + 1):
        capture.grab()
        if index in wanted:
            kept[index] = cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2RGB)
    capture.release()
    return [kept[index] for index in wanted]


def resized(picture, short, size):
    """Bilinear, the shorter side to `short`, then the middle square."""
    height, width = picture.shape[:2]
    factor = short / min(height, width)
    width, height = int(width * factor + 0.5), int(height * factor + 0.5)
    if cv2:
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
    else:
        planes = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
        planes = torch.nn.functional.interpolate(planes, (height, width), mode="bilinear", align_corners=False)
        picture = planes.round_()[0].permute(1, 2, 0).byte().numpy()
    top, left = (height - size) // 2, (width - size) // 2
    return picture[top : top + size, left : left + size]
