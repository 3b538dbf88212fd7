"""CLIP with ViT towers, the way PyTorch users write it: standard modules, sequence first, official parameter names."""
from collections import OrderedDict

import torch
from torch import nn


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    """Pre-norm residual block on [length, batch, width]."""

    def __init__(self, width, heads):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads)
        self.ln_1 = nn.LayerNorm(width)
        layers = [("c_fc", nn.Linear(width, 4 * width)), ("gelu", QuickGELU()), ("c_proj", nn.Linear(4 * width, width))]
        self.mlp = nn.Sequential(OrderedDict(layers))
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, x, mask=None):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width, layers, heads):
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width, heads) for _ in range(layers))

    def forward(self, x, mask=None):
        """The tokens after every block."""
        levels = []
        for block in self.resblocks:
            x = block(x, mask)
            levels.append(x)
        return levels


class VisualTower(nn.Module):
    def __init__(self, clip):
        super().__init__()
        width, patch = clip["visionWidth"], clip["patchSize"]
        tokens = (clip["imageResolution"] // patch) ** 2 + 1
        self.conv1 = nn.Conv2d(3, width, kernel_size=patch, stride=patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty(tokens, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, clip["visionLayers"], clip["visionHeads"])
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.empty(width, clip["embedDim"]))

    def levels(self, pixels):
        """Frames [F, 3, h, w] to the tokens after every block, each [1+N, F, width]."""
        x = self.conv1(pixels).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(x.shape[0], 1, -1)
        x = torch.cat([first, x], dim=1) + self.positional_embedding
        return self.transformer(self.ln_pre(x).transpose(0, 1))

    def head(self, cls):
        return self.ln_post(cls) @ self.proj

    def forward(self, pixels):
        return self.head(self.levels(pixels)[-1][0])


class TextTower(nn.Module):
    def __init__(self, clip):
        super().__init__()
        width, length = clip["textWidth"], clip["contextLength"]
        self.token_embedding = nn.Embedding(clip["vocabSize"], width)
        self.positional_embedding = nn.Parameter(torch.empty(length, width))
        self.transformer = Transformer(width, clip["textLayers"], clip["textHeads"])
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.empty(width, clip["embedDim"]))
        mask = torch.full((length, length), float("-inf")).triu_(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, ids):
        x = self.token_embedding(ids) + self.positional_embedding
        x = self.transformer(x.transpose(0, 1), self.mask)[-1].transpose(0, 1)
        pooled = x[torch.arange(x.shape[0], device=x.device), ids.argmax(dim=-1)]
        return self.ln_final(pooled) @ self.text_projection


class Clip(TextTower):
    """Both towers; official CLIP keeps the text side's names at the top."""

    def __init__(self, clip):
        super().__init__(clip)
        self.visual = VisualTower(clip)
        self.logit_scale = nn.Parameter(torch.empty(()))

    def forward(self, pixels, ids):
        """Videos [B, T, 3, h, w] and prompts [K, L] to logits [B, K]; a video is the mean of its frames."""
        frames = self.visual(pixels.flatten(0, 1)).unflatten(0, pixels.shape[:2])
        return cosine_logits(self.logit_scale, frames.mean(dim=1), super().forward(ids))


def cosine_logits(logit_scale, video, text):
    """video [B, E], text [K, E] or [B, K, E]."""
    video = video / video.norm(dim=-1, keepdim=True)
    text = text / text.norm(dim=-1, keepdim=True)
    if text.dim() == 2:
        return logit_scale.exp() * video @ text.t()
    return logit_scale.exp() * (text @ video.unsqueeze(-1)).squeeze(-1)
