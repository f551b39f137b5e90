"""Passes of transformers' models on the meta device: what each kind of model is given, and what is measured of it."""
import sys

import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode

# Where models are made: on `meta`, or on `cpu` for the few that look at values.
DEVICE = "meta"


def configuration(config):
    """The configuration of a config.json, as the class of its architecture reads it."""
    kind = getattr(transformers, config["architectures"][0]).config_class
    return kind.from_dict({k: v for k, v in config.items() if k != "architectures"})


def build(config, own):
    """The model on the meta device, in bf16; attention by the fused kernel where the model has it."""
    for attention in ("sdpa", "eager") if DEVICE == "meta" else ("eager",):    # the fused kernel of a CPU is not counted
        own._attn_implementation = attention
        own._experts_implementation = "batched_mm"
        try:
            with torch.device(DEVICE):
                model = getattr(transformers, config["architectures"][0])(own).to(torch.bfloat16).eval()
            model.config.pad_token_id = None    # else the values of tokens would be looked at
            return model.requires_grad_(False)
        except (ValueError, ImportError) as error:
            reason = error
    raise reason


def parameters(model):
    model.tie_weights()
    return sum({id(p): p.numel() for p in model.parameters()}.values())


def tokens(*shape):
    return torch.zeros(*shape, dtype=torch.long, device=DEVICE)


def values(*shape):
    return torch.zeros(*shape, dtype=torch.bfloat16, device=DEVICE)


def counted(run):
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        out = run()
    return counter.get_total_flops(), out


def bytes_of(cache):
    """Bytes of all tensors that a cache holds, each once."""
    found = {}

    def walk(value):
        if isinstance(value, torch.Tensor):
            found[id(value)] = value.numel() * value.element_size() if value.dim() else 0   # a number that it counts with
        elif isinstance(value, (list, tuple)):
            for one in value:
                walk(one)
        elif isinstance(value, dict):
            walk(list(value.values()))
        elif type(value).__module__ == "transformers.cache_utils":
            walk(vars(value))

    walk(cache)
    return sum(found.values()) if cache is not None else None


def measured(kind, model, own, entry):
    """Runtime keys of each pass, and what was measured of it."""
    weights = parameters(model)
    for words, flops, cache in KINDS[kind](model, own, entry):
        want = {"flops.tensor_core": flops, "weights": weights}
        if cache is not None:
            want["kv_cache.bytes"] = cache
        yield [f"{k}={v}" for k, v in words.items()], want


def causal(model, own, entry):
    for batch, length in entry.get("sizes", [[1, 9], [2, 21]]):
        if type(model).__name__.endswith("SequenceClassification"):
            batch = 1       # of several, the last token that is no padding would be looked for
        flops, out = counted(lambda: model(input_ids=tokens(batch, length), use_cache=True))
        yield {"phase": "prefill", "B": batch, "S": length}, flops, bytes_of(past_of(out))
        past = past_of(out)
        if past is None:
            continue
        flops, out = counted(lambda: model(input_ids=tokens(batch, 1), use_cache=True, **{past_name(out): past}))
        yield {"phase": "decode", "B": batch, "S": length}, flops, bytes_of(past_of(out))


def past_name(out):
    return "cache_params" if "cache_params" in out else "past_key_values"


def past_of(out):
    return out.get(past_name(out))


def text(model, own, entry):
    for batch, length in entry.get("sizes", [[1, 9], [2, 21]]):
        given = {"input_ids": tokens(batch, length)}
        if entry.get("attention_mask"):
            given["attention_mask"] = torch.ones(batch, length, dtype=torch.long, device=DEVICE)
        flops, _ = counted(lambda: model(**given))
        yield {"B": batch, "S": length}, flops, None


def choices(model, own, entry):
    """Questions with three answers each, all of which are texts."""
    for batch, length in ([1, 9], [2, 21]):
        mask = {}
        if entry.get("attention_mask"):
            mask["attention_mask"] = torch.ones(batch, 3, length, dtype=torch.long, device=DEVICE)
        flops, _ = counted(lambda: model(input_ids=tokens(batch, 3, length), **mask))
        yield {"B": 3 * batch, "S": length}, flops, None


def image(model, own, entry):
    vision = getattr(own, "vision_config", own)
    size = getattr(vision, "image_size", 64)
    sizes = entry.get("images", [[1, 0, 0], [3, 0, 0]])
    for batch, more_rows, more_columns in sizes:
        height, width = size + more_rows, size + more_columns
        given = {"pixel_values": values(batch, getattr(vision, "num_channels", 3), height, width)}
        flops, _ = counted(lambda: model(**given, **entry.get("arguments", {})))
        yield {"B": batch, "height": height, "width": width}, flops, None


def two_towers(model, own, entry):
    size = own.vision_config.image_size
    channels = own.vision_config.num_channels
    for texts, batch, length in ([1, 1, 7], [3, 2, 5]):
        flops, _ = counted(lambda: model(input_ids=tokens(texts, length), pixel_values=values(batch, channels, size, size)))
        yield {"phase": "forward", "T": texts, "B": batch, "S": length, "height": size, "width": size}, flops, None


def sees_and_reads(model, own, entry):
    """Text alone; images alone; and images' features with the prefill of as many tokens."""
    yield from causal(model, own, entry)
    text = getattr(model, "model", model)
    for batch, images, prompt in ([1, 1, 5], [2, 2, 3]):
        sizes, run, seen = entry_images(entry, text, own, batch * images)
        flops, _ = counted(run)
        yield {"phase": "view", "B": batch * images, **sizes}, flops, None
        length = images * seen(own) + prompt
        more, out = counted(lambda: model(input_ids=tokens(batch, length), use_cache=True))
        yield {"phase": "pipeline", "B": batch, "images": images, "prompt": prompt, **sizes}, flops + more, bytes_of(past_of(out))


def entry_images(entry, text, own, count):
    """Runtime keys of images, what runs the tower and projector over them, and how many tokens one becomes."""
    vision = own.vision_config
    if entry.get("grid"):       # pictures of any size, in patches of several frames
        rows, columns = entry["grid"]
        patch = vision.patch_size
        merge = vision.spatial_merge_size
        grid = torch.tensor([[1, rows * merge, columns * merge]] * count)
        channels = getattr(vision, "in_channels", 3)
        patches = values(count * rows * columns * merge**2, channels * vision.temporal_patch_size * patch**2)
        sizes = {"height": rows * merge * patch, "width": columns * merge * patch}
        return sizes, lambda: text.visual(patches, grid_thw=grid), lambda own: rows * columns
    size = vision.image_size
    pixels = values(count, getattr(vision, "num_channels", 3), size, size)
    run = lambda: text.get_image_features(pixels)
    def seen(own):
        patches = (size // vision.patch_size) ** 2
        return patches + (vision.model_type == "clip_vision_model") - (own.vision_feature_select_strategy == "default")
    return {"height": size, "width": size}, run, seen


def sees_tiles(model, own, entry):
    """Text alone; tiles alone; images as one and as tiles, padded or not; and their features with a prompt's prefill."""
    yield from causal(model, own, entry)
    seer = getattr(model, "model", model)
    vision = own.vision_config
    side, grid = vision.image_size, vision.image_size // vision.patch_size
    channels = getattr(vision, "num_channels", 3)
    for batch, images, prompt, rows, cols, height, width in entry["tiles"]:
        count = batch * images
        pixels = values(count, 1 + rows * cols, channels, side, side)
        sizes = torch.tensor([[height, width]] * count)
        flops, out = counted(lambda: seer.get_image_features(pixels, image_sizes=sizes))
        unpad = sys.modules[type(seer).__module__].unpad_image
        kept = unpad(values(1, rows * grid, cols * grid), (height, width)).shape
        words = {"rows": rows, "cols": cols, "cut_rows": rows * grid - kept[1], "cut_cols": cols * grid - kept[2]}
        yield {"phase": "vision", "B": count, **words}, flops, None
        length = images * out.pooler_output[0].shape[0] + prompt
        more, out = counted(lambda: model(input_ids=tokens(batch, length), use_cache=True))
        yield {"phase": "pipeline", "B": batch, "images": images, "prompt": prompt, **words}, flops + more, bytes_of(past_of(out))


def segments(model, own, entry):
    """Images alone, prompts on encoded images, with a mask of an earlier pass, and all at once."""
    vision = own.vision_config
    side, grid = vision.image_size, vision.image_size // vision.patch_size
    for batch, prompts, points in ([1, 1, 1], [2, 3, 4]):
        pixels = values(batch, vision.num_channels, side, side)
        given = {"input_points": values(batch, prompts, points, 2), "input_labels": tokens(batch, prompts, points)}
        flops, features = counted(lambda: model.get_image_embeddings(pixels))
        yield {"phase": "encode", "B": batch}, flops, None
        words = {"B": batch, "prompts": prompts, "n_points": points}
        flops, _ = counted(lambda: model(image_embeddings=features, **given))
        yield {"phase": "segment", **words}, flops, None
        mask = values(batch, 1, 4 * grid, 4 * grid)
        flops, _ = counted(lambda: model(image_embeddings=features, input_masks=mask, **given))
        yield {"phase": "refine", **words}, flops, None
        flops, _ = counted(lambda: model(pixel_values=pixels, **given))
        yield {"phase": "forward", **words}, flops, None


def encoder_decoder(model, own, entry):
    for batch, length, written in ([1, 9, 4], [2, 21, 1]):
        frames = entry.get("frames")
        if frames:
            length = own.max_source_positions * 2
            source = {"input_features": values(batch, own.num_mel_bins, length)}
        else:
            source = {"input_ids": tokens(batch, length)}
        sizes = {"B": batch, "S": length}
        flops, encoded = counted(lambda: model.get_encoder()(**source))
        yield {"phase": "encode", **sizes}, flops, None
        flops, out = counted(lambda: model(**source, decoder_input_ids=tokens(batch, written), use_cache=True))
        yield {"phase": "prefill", **sizes, "T": written}, flops, bytes_of(out.past_key_values)
        past = out.past_key_values
        flops, out = counted(lambda: model(encoder_outputs=encoded, decoder_input_ids=tokens(batch, 1), past_key_values=past,
                                           use_cache=True))
        yield {"phase": "decode", **sizes, "T": written}, flops, bytes_of(out.past_key_values)


def judged(model, own, entry):
    """An encoder-decoder whose text the decoder reads again, as long as it is; it ends once, where a head looks."""
    for batch, length in ([1, 9], [2, 21]):
        ids = tokens(batch, length)
        ids[:, -1] = own.eos_token_id
        flops, out = counted(lambda: model(input_ids=ids, decoder_input_ids=ids, use_cache=True))
        yield {"phase": "prefill", "B": batch, "S": length, "T": length}, flops, bytes_of(out.past_key_values)


KINDS = {f.__name__: f for f in (causal, judged, text, choices, image, two_towers, sees_and_reads, sees_tiles, segments,
                                      encoder_decoder)}
