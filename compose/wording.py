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
    "forbidden": ("被剪辑师禁用", "forbidden by the editor"),
    "no contract": ("人物无肖像授权", "somebody in it has no contract"),
    "resting": ("休眠期内", "used too recently"),
    "used up": ("使用次数已满", "used in as many films as allowed"),
    "other product": ("其他产品", "other product"),
    "does not fit the beat": ("与本段不符", "does not fit the beat"),
    "not among the best": ("排名靠后", "not among the best"),
    "gap": ("库中没有可用片段", "nothing in the library can carry it"),
    "gap refused": ("库中没有可用片段；已排除：{refused}", "nothing in the library can carry it; left out: {refused}"),
    "contested": ("可用片段都用于其他段落", "its clips are needed by other beats"),
    "too short": ("素材总长还差 {missing:.1f} 秒", "all clips together are {missing:.1f} s short of the target"),
    "other content": ("内容是{shown}", "it shows: {shown}"),
    "unlike": ("与文案只有 {share:.0%} 相同", "it has {share:.0%} of the line's words only"),
    "fault length": (
        "全片 {length:.1f} 秒，目标 {target:.1f} 秒", "the film takes {length:.1f} s, the target is {target:.1f} s"
    ),
    "fault alike": (
        "{first} 与 {second} 重复、重叠或近重复",
        "{first} and {second} are the same, overlap, or nearly repeat one another",
    ),
    "fault figures": ("{first} 与 {second} 的数字矛盾", "{first} and {second} name different figures of one thing"),
    "fault speakers": ("{first} 与 {second} 说话人不同", "{first} and {second} have different speakers"),
    "fault order": ("{first} 与 {second} 顺序颠倒", "{first} and {second} are in the wrong order"),
    "fault trim": ("{slot} 的使用区间超出片段", "the part used in {slot} leaves its clip"),
    "fault line": ("{slot} 切断了一句话", "{slot} cuts into a spoken line"),
    "fault product": ("{slot} 是其他产品", "{slot} shows another product"),
    "fault forbidden": ("使用了禁用片段 {clip}", "the forbidden clip {clip} is used"),
    "fault must": ("没有使用必用片段 {clip}", "the clip {clip}, which must be used, is not"),
    "taken": ("提议的片段已用于 {beat}", "the proposed clip is already used for {beat}"),
    "alike": (
        "提议的片段与 {beat} 的片段重叠或近重复", "the proposed clip overlaps with that of {beat}, or nearly repeats it"
    ),
    "disagree": (
        "提议的片段与 {beat} 的片段数字矛盾", "the proposed clip names other figures than that of {beat}"
    ),
    "locked": ("剪辑师在此锁定了片段", "the editor has fixed the clip here"),
    "swapped": ("剪辑师换用了这个片段", "the editor has put this clip here"),
    "swapped away": ("片段被剪辑师调到别处", "the editor has put its clip elsewhere"),
    "line changed": ("文案已修改", "its line was changed"),
    "no longer offered": ("原片段不再可用", "its clip is no longer offered"),
    "must be used": ("剪辑师指定必用", "the editor wants this clip used"),
    "kept locked": ("已锁定", "locked"),
    "new length": ("目标时长从 {old:.1f} 秒改为 {new:.1f} 秒", "the target changed from {old:.1f} s to {new:.1f} s"),
    "ripple": ("随其他镜位调整", "follows the other slots"),
    "orders": (
        "比较了 {count} 种方案（{points} 分），取最高分",
        "{count} orders were compared ({points} points); the best is taken",
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
    "edited": ("已按剪辑软件改回的 {name} 修改", "changed as edited in {name}"),
    "chosen by hand": ("剪辑师在剪辑软件中选用", "chosen by the editor in an editing program"),
    "report picture": ("画面", "picture"),
    "report slot": ("镜头", "slot"),
    "report film": ("成片时间码", "in the film"),
    "report footage": ("素材时间码", "in the footage"),
    "report words": ("文案", "words"),
    "report reason": ("选用理由", "why"),
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
