"""Pictures of street signs, decoded as they are asked for."""
import torch
from torch.utils.data import Dataset

SIZE = 64


class Signs(Dataset):
    """Each picture is scaled once."""

    def __init__(self, count):
        self.count = count
        self.scaled = {}
        self.last = None

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        picture = torch.full((3, SIZE, SIZE), float(index % 255))
        self.last = picture
        self.scaled[index] = picture  # CULPRIT
        return picture.mean(), index % 43
