"""What the referee runs: each layer by itself, and the phases, at sizes where mistakes show.

Odd images, grids that are no multiple of a window, grouped heads, other numbers of experts. `N` is
the number of rows where a layer takes any leading dimensions.
"""

DECODER = dict(B=2, h=60, H=6, H_kv=2, i=130, E=7, top_k=3, i_moe=22, n_shared=1)
REAL_DECODER = dict(B=1, S=512, h=1280, H=10, H_kv=10, i=6848, E=64, top_k=6, i_moe=896, n_shared=2)
SMALL_SAM = dict(B=2, C=24, H=3, i=50, g=7)
REAL_SAM = dict(B=1, C=768, H=12, i=3072, g=64)
TOWER = dict(C=24, H=3, i=50, g=7, p=5, w=4, C_neck=8)
REAL_TOWER = dict(B=1, C=768, H=12, i=3072, L=12, g=64, p=16, w=14, full_layers=[2, 5, 8, 11],
                  C_neck=256, downsample=[512, 1024])
CLIP = dict(D=1024, H=16, i=4096, p=14, g=16)
SMALL_CLIP = dict(D=30, H=5, i=77, p=3, g=6)

# Layer, its values, and the row of the oracle's table that has the same.
LAYERS = [
    ("vision.patch_embed", "PatchEmbed", [
        (dict(B=1, height=1024, width=1024, C=768, p=16), "PatchEmbed"),
        (dict(B=3, height=333, width=77, C=24, p=7), None),
        (dict(B=1, height=16, width=31, C=5, p=16), None)]),
    ("vision.relative_position", "RelativePosition", [
        (dict(B=12, m=64, n=64, d=64, g=64), None),
        (dict(B=7, m=5, n=11, d=6, g=9), None)]),
    ("vision.attention", "Attention", [
        (dict(REAL_SAM, B=25, m=14, n=14, g=14, rel_pos=False), "Attention(no rel_pos)"),
        (dict(REAL_SAM, B=25, m=14, n=14, g=14), "Attention(rel_pos, window 14)"),
        (dict(REAL_SAM, m=64, n=64), "Attention(rel_pos, global)"),
        (dict(SMALL_SAM, m=5, n=9), None),
        (dict(SMALL_SAM, m=1, n=3, rel_pos=False), None)]),
    ("vision.mlp_block", "MLPBlock", [
        (dict(N=4096, C=768, i=3072), "MLPBlock"),
        (dict(N=13, C=7, i=5), None)]),
    ("vision.block", "Block", [
        (dict(REAL_SAM, m=64, n=64, w=None), "Block(global, rel_pos)"),
        (dict(REAL_SAM, m=64, n=64, w=None, rel_pos=False), "Block(global, no rel_pos)"),
        (dict(REAL_SAM, m=64, n=64, w=14), "Block(window 14, rel_pos)"),
        (dict(SMALL_SAM, m=9, n=13, w=4), None),
        (dict(SMALL_SAM, m=8, n=12, w=4), None),
        (dict(SMALL_SAM, m=2, n=3, w=5, rel_pos=False), None)]),
    ("vision.layer_norm2d", "LayerNorm2d", [
        (dict(B=1, C=256, m=64, n=64), "LayerNorm2d")]),
    ("vision.position_grid", "PositionGrid", [(dict(B=2, m=3, n=8, C=5, g=4), None)]),
    ("vision.neck", "Neck", [(dict(B=2, C=10, m=3, n=7, C_neck=6), None)]),
    ("vision.image_encoder_vit", "ImageEncoderViT", [
        (dict(REAL_TOWER, height=1024, width=1024), "ImageEncoderViT"),
        (dict(REAL_TOWER, height=640, width=640), "ImageEncoderViT@640"),
        (dict(REAL_TOWER, B=2, height=333, width=1000), None),
        (dict(TOWER, B=3, height=101, width=67, L=5, full_layers=[0, 3], downsample=[9]), None),
        (dict(TOWER, B=1, height=53, width=120, L=3, full_layers=[], downsample=[9, 10, 11]),
         None)]),
    ("vision.clip_vision_embeddings", "CLIPVisionEmbeddings", [
        (dict(B=1, channels=3, m=224, n=224, D=1024, p=14, g=16, own_patches=True),
         "CLIPVisionEmbeddings_conv"),
        (dict(B=2, channels=30, m=4, n=9, D=30, p=14, g=16), None)]),
    ("vision.clip_vision_embeddings", "ClassAndPosition", [(dict(B=2, D=30, m=4, n=9, g=5), None)]),
    ("vision.notp_attention", "NoTPAttention", [
        (dict(B=1, S=257, D=1024, H=16), "NoTPAttention"),
        (dict(B=1, S=101, D=1024, H=16), "NoTPAttention@101"),
        (dict(B=3, S=7, D=30, H=5), None)]),
    ("vision.notp_feedforward", "NoTPFeedForward", [
        (dict(N=257, D=1024, i=4096), "NoTPFeedForward"),
        (dict(N=3, D=30, i=7), None)]),
    ("vision.notp_transformer_block", "NoTPTransformerBlock", [
        (dict(B=1, S=257, D=1024, H=16, i=4096), "NoTPTransformerBlock"),
        (dict(B=2, S=5, D=30, H=3, i=400), None)]),
    ("vision.notp_transformer", "NoTPTransformer", [
        (dict(B=1, S=257, D=1024, H=16, i=4096, L=2), "NoTPTransformer(2 layers)"),
        (dict(B=2, S=50, D=30, H=3, i=40, L=7), None)]),
    ("vision.vit_model", "VitModel", [
        (dict(CLIP, B=1, m=16, n=16, L=2), "VitModel(2 layers)"),
        (dict(CLIP, B=1, m=16, n=16, L=24), "VitModel(24 layers)@1024"),
        (dict(CLIP, B=1, m=10, n=10, L=24), "VitModel(24 layers)@640"),
        (dict(SMALL_CLIP, B=3, m=5, n=8, L=3), None)]),
    ("vision.mlp_projector", "MlpProjector", [
        (dict(N=256, D=2048, h=1280), "MlpProjector(linear)@256"),
        (dict(N=100, D=2048, h=1280), "MlpProjector(linear)@100"),
        (dict(N=577, D=2048, h=1280, projector_type="mlp_gelu", depth=2),
         "MlpProjector(mlp_gelu depth 2)")]),
    ("vision.vision_workload", "JoinFeatures", [(dict(B=2, C=10, m=3, n=7, D=9), None)]),
    ("vision.vision_workload", "TileGrid", [(dict(B=2, rows=2, cols=3, m=5, n=4, h=7), None)]),
    ("vision.vision_workload", "AddNewlines", [(dict(B=2, m=5, n=4, h=7), None)]),
    ("decoder.deepseek_v2_mlp", "DeepseekV2MLP", [
        (dict(N=512, h=1280, i=6848), "DeepseekV2MLP"),
        (dict(N=3, h=20, i=7), None)]),
    ("decoder.moe_gate", "MoEGate", [
        (dict(B=1, S=512, h=1280, E=64, top_k=6), "MoEGate"),
        (dict(B=3, S=5, h=20, E=9, top_k=4), None)]),
    ("decoder.deepseek_v2_moe", "DeepseekV2MoE", [
        (dict(B=1, S=512, h=1280, E=64, top_k=6, i_moe=896, n_shared=2),
         "DeepseekV2MoE(meta, balanced)"),
        (dict(B=3, S=5, h=20, E=9, top_k=4, i_moe=33, n_shared=None), None),
        (dict(B=1, S=1, h=20, E=9, top_k=1, i_moe=3, n_shared=4), None)]),
    ("decoder.deepseek_v2_rms_norm", "DeepseekV2RMSNorm", [
        (dict(N=512, h=1280), "DeepseekV2RMSNorm")]),
    ("decoder.deepseek_v2_decoder_layer", "DeepseekV2DecoderLayer", [
        (dict(REAL_DECODER, dense=True), "DeepseekV2DecoderLayer_dense"),
        (dict(REAL_DECODER, dense=False), "DeepseekV2DecoderLayer_moe"),
        (dict(REAL_DECODER, dense=False, flash=True), "DeepseekV2DecoderLayer_moe"),
        (dict(DECODER, S=9, past=4, dense=True), None),
        (dict(DECODER, S=1, past=40, dense=False, angles=False, flash=True), None)]),
    ("decoder.deepseek_v2_model", "DeepseekV2Model", [
        (dict(DECODER, S=9, L=5, first_k_dense=2), None),
        (dict(DECODER, S=9, L=3, first_k_dense=0, past=11, n_shared=None), None),
        (dict(DECODER, S=9, L=3, E=None, first_k_dense=0), None)]),
    ("decoder.lm_head", "LMHead", [
        (dict(B=2, S=9, h=20, V=1003), None),
        (dict(B=2, S=9, h=20, V=1003, logits="last"), None)]),
    ("llama.llama_rotary_embedding", "LlamaRotaryEmbedding", [
        (dict(B=1, S=512, d=128), "LlamaRotaryEmbedding"),
        (dict(B=3, S=5, d=6), None)]),
    ("llama.llama_attention", "LlamaAttention", [
        (dict(B=1, S=512, h=1280, H=10, H_kv=10), "LlamaAttention(eager)"),
        (dict(B=2, S=9, h=60, H=6, H_kv=2, past=7), None),
        (dict(B=2, S=9, h=60, H=6, H_kv=1, angles=False), None)]),
    ("llama.llama_flash_attention2", "LlamaFlashAttention2", [
        (dict(B=1, S=512, h=1280, H=10, H_kv=10), "LlamaAttention(eager)"),
        (dict(B=2, S=9, h=60, H=6, H_kv=2, past=7), None),
        (dict(B=2, S=1, h=60, H=6, H_kv=3, past=70, angles=False), None)]),
]

PHASES = [
    ("view", dict(B=1, height=1024, width=1024)),
    ("view", dict(B=2, height=333, width=77)),
    ("view", dict(B=1, height=17, width=1000)),
    ("vision", dict(B=1, rows=1, cols=2)),
    ("vision", dict(B=1, rows=0, cols=0)),
    ("prefill", dict(B=1, S=512, P=0)),
    ("prefill", dict(B=3, S=17, P=0)),
    ("prefill", dict(B=2, S=5, P=100)),
    ("pipeline", dict(B=2, rows=2, cols=1, prompt=10)),
    ("pipeline", dict(B=1, rows=0, cols=0, prompt=3)),
    ("decode", dict(B=3, S=77)),
    ("generate", dict(B=2, S=30, K=3)),
]

# Other configurations of the same model: changes to keys of the published one.
CONFIGURATIONS = {
    "as published": {},
    "grouped heads, other experts": {"language_config": {
        "hidden_size": 96, "num_attention_heads": 6, "num_key_value_heads": 2,
        "intermediate_size": 100, "n_routed_experts": 5, "num_experts_per_tok": 2,
        "moe_intermediate_size": 24, "n_shared_experts": 3, "first_k_dense_replace": 2,
        "num_hidden_layers": 5, "vocab_size": 1001},
        "projector_config": {"n_embed": 96}},
    "no shared expert, no dense layer": {"language_config": {
        "n_shared_experts": None, "first_k_dense_replace": 0, "num_hidden_layers": 3}},
    "no experts": {"language_config": {
        "n_routed_experts": None, "n_shared_experts": None, "num_hidden_layers": 3}},
    "other towers": {"vision_config": {"image_size": 512, "width": {
        "sam_vit_b": {"downsample_channels": [64, 96], "global_attn_indexes": [1, 2], "heads": 6,
                      "layers": 5, "width": 96},
        "clip-l-14-224": {"heads": 4, "image_size": 112, "layers": 3, "patch_size": 14,
                          "width": 96}}}},
}

# The figures of the first model's fact sheet: tiles 1 x 2, 10 prompt tokens.
FACTS = [
    ("vision", dict(B=1, rows=1, cols=2), 1_916_266_708_992),
    ("pipeline", dict(B=1, rows=1, cols=2, prompt=10), 2_497_258_421_760),
    ("generate", dict(B=1, S=493, K=100), 118_158_489_600),
]

# Peaks of live activations worked out by hand: layer, its values, bytes, which values are live.
PEAKS = [
    ("decoder.deepseek_v2_mlp", "DeepseekV2MLP", dict(N=3, h=20, i=7), 204,
     "while up is made: the input, gate and up, 3 (20 + 2 7) values"),
    ("decoder.deepseek_v2_mlp", "DeepseekV2MLP", dict(N=3, h=5, i=7), 126,
     "while silu runs: gate, up and the result, 3 3 7 values"),
    ("decoder.moe_gate", "MoEGate", dict(B=1, S=5, h=4, E=9, top_k=4), 290,
     "while topk runs: 45 probabilities and 20 scores of 2 bytes, 20 indices of 8"),
    ("llama.llama_attention", "LlamaAttention", dict(B=2, S=9, h=60, H=6, H_kv=2, past=7), 6912,
     "while softmax runs: scaled scores and probabilities, 2 2 6 9 16 values"),
    ("decoder.lm_head", "LMHead", dict(B=2, S=9, h=20, V=3, logits="last"), 732,
     "all 360 values of the input behind its last position, and 6 logits"),
    ("shared.window", "WindowPartition", dict(B=1, m=3, n=5, C=2, w=2), 176,
     "while columns are padded: the grids of 4 x 5 and 4 x 6"),
]
