"""The VgHIF fusion and the head that it sits on, in PyTorch: text asks, visual tokens of each level answer."""
import torch
from torch import nn
from torch.nn import functional as F

from clip_model import QuickGELU, VisualTower, cosine_logits


class FeedForward(nn.Module):
    def __init__(self, width, ratio):
        super().__init__()
        self.ln = nn.LayerNorm(width)
        self.c_fc = nn.Linear(width, ratio * width)
        self.gelu = QuickGELU()
        self.c_proj = nn.Linear(ratio * width, width)
        self.gate = nn.Parameter(torch.empty(width))

    def forward(self, u):
        return u + self.gate * self.c_proj(self.gelu(self.c_fc(self.ln(u))))


class Interaction(nn.Module):
    def __init__(self, width, heads, ratio):
        super().__init__()
        self.heads = heads
        self.ln = nn.LayerNorm(width)
        for name in "qkvo":
            self.register_parameter(name, nn.Parameter(torch.empty(width, width)))
        self.gate = nn.Parameter(torch.empty(width))
        self.ffn = FeedForward(width, ratio)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, u, tokens):
        """Texts [B, K, E] ask, tokens [B, S, E] answer."""
        q, k, v = self.split(self.ln(u) @ self.q), self.split(tokens @ self.k), self.split(tokens @ self.v)
        mixed = attend(q, k, v).transpose(1, 2).flatten(2)
        return self.ffn(u + self.gate * (mixed @ self.o))


def attend(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):  # from torch 2.0
        return F.scaled_dot_product_attention(q, k, v)
    return torch.softmax((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1), dim=-1) @ v


class Level(nn.Module):
    def __init__(self, vision_width, width):
        super().__init__()
        self.ln = nn.LayerNorm(vision_width)
        self.proj = nn.Parameter(torch.empty(vision_width, width))

    def forward(self, tokens):
        return self.ln(tokens) @ self.proj


class Vghif(nn.Module):
    """One pass, shallow to deep, a set of weights for each level: the default configuration."""

    def __init__(self, clip, config):
        super().__init__()
        fixed = {
            "iterations": 1,
            "order": "shallow-to-deep",
            "share": False,
            "guide": "visual-to-text",
            "where": "after",
            "interaction": "attention",
            "ffn": True,
        }
        for key, value in fixed.items():
            if config[key] != value:
                raise ValueError(f"the PyTorch peer has only {key} = {value}, not {config[key]}")
        width, count = clip["embedDim"], len(config["levels"])
        self.levels = nn.ModuleList(Level(clip["visionWidth"], width) for _ in range(count))
        self.fusion = nn.ModuleList(
            nn.ModuleDict({"visual_to_text": Interaction(width, config["heads"], config["ratio"])})
            for _ in range(count)
        )

    def forward(self, text, levels):
        """Class texts [K, E] and each level's selected tokens [B, S, Dv] to texts for each video [B, K, E]."""
        u = text.expand(levels[0].shape[0], -1, -1)
        for level, fusion, tokens in zip(self.levels, self.fusion, levels):
            u = fusion["visual_to_text"](u, level(tokens))
        return u


class VisualHead(nn.Module):
    def __init__(self, clip):
        super().__init__()
        self.ln_post = nn.LayerNorm(clip["visionWidth"])
        self.proj = nn.Parameter(torch.empty(clip["visionWidth"], clip["embedDim"]))

    def head(self, cls):
        return self.ln_post(cls) @ self.proj


class Head(nn.Module):
    """What is trained on frozen towers: final norms, projections, logit scale, fusion."""

    def __init__(self, clip, config, visual=VisualHead):
        super().__init__()
        self.visual = visual(clip)
        self.ln_final = nn.LayerNorm(clip["textWidth"])
        self.text_projection = nn.Parameter(torch.empty(clip["textWidth"], clip["embedDim"]))
        self.logit_scale = nn.Parameter(torch.empty(()))
        self.vghif = Vghif(clip, config)

    def forward(self, cls, levels, pooled):
        """cls [B, T, Dv], pooled texts [K, W]; without levels it is the baseline."""
        video = self.visual.head(cls).mean(dim=1)
        text = self.ln_final(pooled) @ self.text_projection
        return cosine_logits(self.logit_scale, video, self.vghif(text, levels) if levels else text)


class Recogniser(Head):
    """Pixels of B videos to logits; `select` is that of the default configuration: class tokens and mean patches."""

    def __init__(self, clip, config):
        super().__init__(clip, config, VisualTower)
        if config["select"] != "cls+patch":
            raise ValueError(f"the PyTorch peer selects cls+patch, not {config['select']}")
        self.numbers = config["levels"]

    def forward(self, pixels, pooled, fused):
        size = pixels.shape[:2]
        blocks = self.visual.levels(pixels.flatten(0, 1))
        levels = [self.select(blocks[number - 1], size) for number in self.numbers] if fused else []
        return super().forward(blocks[-1][0].unflatten(0, size), levels, pooled)

    @staticmethod
    def select(tokens, size):
        tokens = tokens.transpose(0, 1).unflatten(0, size)  # [B, T, 1+N, D]
        return torch.cat([tokens[:, :, 0], tokens[:, :, 1:].mean(dim=1)], dim=1)
