"""Each kind of work as a job: a function to run once from host to host, a baseline or None, and a check.

`check(on_run)` calls on_run after every run that it takes.
"""
from contextlib import nullcontext

import torch
from torch.nn import functional as F

from clip_model import Clip, TextTower, VisualTower
from tensor_file import read_tensors
from vghif_model import Head, Recogniser

CHECK_STEPS = 3
CHECK_SAMPLE = 4096
BETAS = (0.9, 0.98)
EPS = 1e-8


class Job:
    """`run()` once; `check(on_run)` gives named tensors; `baseline()` where the work compares two."""

    def __init__(self, run, check, baseline=None):
        self.run, self.check, self.baseline = run, check, baseline


def make_job(task):
    work, column = task["work"], task["column"]
    if work["kind"] == "decode":
        from video_peer import load

        return Job(lambda: load(work, task["threads"]), lambda on_run: {"pixels": load(work, task["threads"])})
    device = torch.device("cpu" if column == "torch" else "cuda")
    torch.backends.cudnn.allow_tf32 = False  # fp32 is fp32, as it is for matrix products by default
    half = torch.autocast("cuda", dtype=torch.bfloat16) if column.endswith("bf16") else nullcontext()
    weights, inputs = read_tensors(task["weights"]), read_tensors(task["inputs"])
    if work["kind"] in ("head", "finetune"):
        return train_job(work, weights, inputs, device, half)
    return forward_job(work, weights, inputs, device, half)


def loaded(model, weights, device):
    model.load_state_dict(weights, strict=True)
    return model.to(device)


def forward_job(work, weights, inputs, device, half):
    kind, baseline = work["kind"], None
    if kind == "matmul":
        outputs = named("product", lambda a, b: a @ b)
    elif kind == "tower":
        named_weights = {name[len("visual.") :]: value for name, value in weights.items()}
        outputs = named("features", loaded(VisualTower(work["clip"]), named_weights, device).eval())
    elif kind == "text":
        outputs = named("features", loaded(TextTower(work["clip"]), weights, device).eval())
    elif kind == "cost":
        model = loaded(Recogniser(work["clip"], work["vghif"]), weights, device).eval()
        outputs = named("logits", lambda pixels, pooled: model(pixels, pooled, True))
        baseline = named("baseline.logits", lambda pixels, pooled: model(pixels, pooled, False))
    else:
        raise ValueError(f"the PyTorch peer knows no work of kind {kind}")
    values = [value.long() if value.dtype == torch.int32 else value for value in inputs.values()]

    def once(function):
        with torch.no_grad(), half:
            return {name: value.cpu() for name, value in function(*(v.to(device) for v in values)).items()}

    def check(on_run):
        results = once(outputs)
        on_run()
        return {**results, **once(baseline)} if baseline else results

    return Job(lambda: once(outputs), check, baseline and (lambda: once(baseline)))


def named(name, function):
    return lambda *values: {name: function(*values)}


def train_job(work, weights, inputs, device, half):
    """A training step; the state goes on from run to run."""
    state = {"stepper": None}

    def run():
        state["stepper"] = state["stepper"] or Stepper(work, weights, inputs, device, half)
        state["stepper"].step()

    def check(on_run):
        stepper = Stepper(work, weights, inputs, device, half)
        losses = []
        for step in range(CHECK_STEPS):
            losses.append(stepper.step())
            on_run()
            if step == 0:
                outputs = stepper.moments()
        return {**outputs, "losses": torch.tensor(losses)}

    return Job(run, check)


class Stepper:
    def __init__(self, work, weights, inputs, device, half):
        self.device, self.half, self.inputs = device, half, inputs
        self.full = work["kind"] == "finetune"
        model = Clip(work["clip"]) if self.full else Head(work["clip"], work["vghif"])
        self.model = loaded(model, weights, device).train()
        parameters = dict(self.model.named_parameters())
        groups = [
            {"params": [parameters[name] for name in g["names"]], "lr": g["lr"], "weight_decay": g["weightDecay"]}
            for g in work["groups"]
        ]
        if sum(len(g["params"]) for g in groups) != len(parameters):
            raise ValueError("the groups leave parameters out")
        self.optimizer = torch.optim.AdamW(groups, betas=BETAS, eps=EPS)

    def step(self):
        """One step; the loss before its update."""
        self.optimizer.zero_grad(set_to_none=True)
        with self.half:
            loss = F.cross_entropy(self.logits(), self.put("labels").long())
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def logits(self):
        if self.full:
            return self.model(self.put("pixels"), self.put("ids").long())
        levels = [self.put(name) for name in self.inputs if name.startswith("level.")]
        return self.model(self.put("cls"), levels, self.put("pooled"))

    def put(self, name):
        return self.inputs[name].to(self.device)

    def moments(self):
        state = self.optimizer.state
        return {f"m.{name}": sampled(state[p]["exp_avg"]) for name, p in self.model.named_parameters()}


def sampled(tensor):
    """Every n-th value, so that few enough are left."""
    flat = tensor.detach().flatten().cpu()
    return flat[:: -(-flat.numel() // CHECK_SAMPLE)].clone()
