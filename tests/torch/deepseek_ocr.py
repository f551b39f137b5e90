"""The symbols of DeepSeek-OCR from its configuration; what the vendor's code fixes stands here."""


def symbols(config, **overrides):
    language = config["language_config"]
    sam = config["vision_config"]["width"]["sam_vit_b"]
    clip = config["vision_config"]["width"]["clip-l-14-224"]
    return {
        "h": language["hidden_size"], "V": language["vocab_size"],
        "L": language["num_hidden_layers"], "first_k_dense": language["first_k_dense_replace"],
        "H": language["num_attention_heads"], "H_kv": language["num_key_value_heads"],
        "i": language["intermediate_size"], "E": language["n_routed_experts"],
        "top_k": language["num_experts_per_tok"], "i_moe": language["moe_intermediate_size"],
        "n_shared": language["n_shared_experts"],
        "C_sam": sam["width"], "H_sam": sam["heads"], "i_sam": 3072,
        "L_sam": sam["layers"], "g_sam": 64,
        "p_sam": 16, "w_sam": 14, "full_layers": sam["global_attn_indexes"], "C_neck": 256,
        "downsample": sam["downsample_channels"],
        "n_embed": config["projector_config"]["n_embed"],
        "D_clip": clip["width"], "H_clip": clip["heads"], "i_clip": 4096,
        "L_clip": clip["layers"], "p_clip": clip["patch_size"],
        "g_clip": 16,
        "flash": False, "angles": True, "logits": "all",
        **overrides,
    }
