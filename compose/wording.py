"""Sentences that editors read in plans and sheets, in the language of the script."""

from cliplib.vocabulary import Language

SENTENCES: dict[str, tuple[str, str]] = {
    "content": ("内容类型吻合", "content type fits"),
    "vector": ("含义相近", "near in meaning"),
    "words": ("文案用词相近", "says the same words"),
    "product": ("产品吻合", "shows the product"),
    "language": ("语言一致", "speaks the language"),
    "quality": ("画面清晰", "sharp picture"),
    "freshness": ("较少使用", "rarely used"),
    "approved": ("已审核", "approved"),
    "join": ("，", ", "),
    "rated": ("评分 {score:.2f}：{terms}", "score {score:.2f}: {terms}"),
    "rights expired": ("授权已过期", "rights expired"),
    "channel not allowed": ("渠道未授权", "channel not allowed"),
    "source missing": ("素材文件缺失", "source missing"),
    "rejected in review": ("审核已拒绝", "rejected in review"),
    "other product": ("其他产品", "other product"),
    "does not fit the beat": ("与本段不符", "does not fit the beat"),
    "not among the best": ("排名靠后", "not among the best"),
    "gap": ("库中没有可用片段", "nothing in the library can carry it"),
    "gap refused": ("库中没有可用片段；已排除：{refused}", "nothing in the library can carry it; left out: {refused}"),
    "taken": ("提议的片段已用于 {beat}", "the proposed clip is already used for {beat}"),
    "alike": (
        "提议的片段与 {beat} 的片段重叠或近重复", "the proposed clip overlaps with that of {beat}, or nearly repeats it"
    ),
    "outside": (
        "提议的片段无法剪成 {low:.1f}-{high:.1f} 秒", "the proposed clip cannot be cut to {low:.1f}-{high:.1f} s"
    ),
    "one take": (
        "提议的片段与相邻镜头出自同一条拍摄", "the proposed clip would follow on a piece of the same take"
    ),
    "sum": (
        "换用后全片时长 {length:.1f} 秒与其他要求更均衡",
        "the film of {length:.1f} s meets the other wishes better with another clip",
    ),
    "unproposed": ("模型没有为它选片", "the writer chose nothing for it"),
    "kept one take": (
        "{first} 与 {second} 是同一条拍摄的相邻片段，库中没有其他合规组合",
        "{first} and {second} are neighbouring pieces of one take; no selection within the rules avoids it",
    ),
    "length missed": (
        "{beat} 要求 {wanted:.1f} 秒，可选片段只能做到 {low:.1f}-{high:.1f} 秒",
        "{beat} asks for {wanted:.1f} s; its clips can be cut to {low:.1f}-{high:.1f} s only",
    ),
    "estimated": (
        "未写时长的段落按每秒 4.5 个汉字或 2.5 个英文词估算，至少 2 秒",
        "a beat without a length of its own is taken to need 4.5 Chinese characters or 2.5 English words per second, "
        "at least 2 s",
    ),
    "muted": ("{slot} 静音：{why}", "{slot} is muted: {why}"),
    "other language": ("人声语言为 {spoken}", "its speech is in {spoken!r}"),
    "unknown words": ("{share:.0%} 的时间有人声，但没有文字", "it speaks for {share:.0%} of the time in unknown words"),
    "slots": ("{count} 段", "{count} slots"),
    "writer": ("选片：{writer}", "chosen by {writer}"),
    "proof optimal": ("已证明最优", "proven best"),
    "proof feasible": ("可行解", "feasible"),
    "runners up": ("备选 {count} 个", "{count} runners-up"),
    "silent": ("原声静音", "muted"),
    "gap line": ("缺口 {beat}（{what}）：{why}", "Missing {beat} ({what}): {why}"),
    "change line": ("求解器调整 {beat}：{why}", "Changed by the solver {beat}: {why}"),
    "claim expired": ("该宣称的证据已过期", "the proof of this claim has expired"),
    "claim withdrawn": ("该宣称已撤回", "this claim was withdrawn"),
    "claim instead": ("更新事实表中的证据，或改写这句话", "renew the proof in the fact sheet, or say something else"),
    "claim law": ("商品事实表：{evidence}", "fact sheet of the product: {evidence}"),
    "feasible": ("求解器在时限内没有证明最优", "the solver did not prove within its limit that nothing is better"),
}  # fmt: skip


def say(language: Language, key: str, **values: object) -> str:
    """One sentence in that language, filled in."""
    return SENTENCES[key][0 if language == "zh" else 1].format(**values)
