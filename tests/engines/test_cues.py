"""Spoken lines of ads and what they are for: the lines of the samples, and many others."""

import pytest

from cliplib.engines.cues import Heard, classify, mentions, sentences, table
from cliplib.vocabulary import shipped
from tests.engines.conftest import CUP

NAMES = (CUP.name, *CUP.aliases)

SAMPLES = [
    ("咖啡还没喝几口，就已经凉了。", "pain_point"),
    ("普通杯子放进包里，一不小心就漏一包。", "pain_point"),
    ("青屿，十年只做一只好杯子。", "brand_intro"),
    ("这是全新的青屿随行杯。", "product_intro"),
    ("双层真空不锈钢，保温十二小时。", "product_feature"),
    ("一键锁扣，倒过来也不漏。", "product_feature"),
    ("青屿，带着温度出发。", "brand_endcard"),
    ("宝宝们，欢迎来到青屿直播间。", "hook"),
    ("你们是不是也遇到过，包里的杯子漏了一片？", "pain_point"),
    ("今天给大家看这款青屿随行杯。", "product_intro"),
    ("我把它倒过来，使劲晃，一滴都不漏。", "experiment"),
    ("早上装的热水，到晚上还是热的。", "product_feature"),
    ("平时卖一百二十九，今天直播间到手价只要九十九。", "offer_price"),
    ("前一百单，再送一个杯刷。", "gift_bonus"),
    ("三十天无理由退换，放心拍。", "guarantee"),
    ("库存只有三百件，拍完就没有了。", "scarcity"),
    ("点击下方小黄车，马上带走它。", "cta"),
    ("Cold coffee by ten o'clock? We know the feeling.", "pain_point"),
    ("Meet the Qingyu carry cup.", "product_intro"),
    ("A soft powder coat that never slips.", "product_feature"),
    ("One click and it opens, with one hand.", "product_feature"),
    ("Hot for twelve hours. Cold for twenty four.", "product_feature"),
    ("Three colours. Order yours today.", "cta"),
    ("I take it everywhere.", "social_proof scenario"),
    ("It fits every bag.", "product_feature"),
]
OTHERS = [
    ("熬夜之后，脸又干燥又暗沉。", "pain_point"),
    ("还在为掉发发愁吗？", "pain_point"),
    ("这款粉底液持妆十二小时，不脱妆不卡粉。", "product_feature"),
    ("蕴含三重神经酰胺，修护肌肤屏障。", "ingredient_tech"),
    ("取适量均匀涂在脸上，轻轻打圈。", "usage_demo"),
    ("使用前和使用后，差别一目了然。", "before_after"),
    ("左边是普通毛巾，右边是我们的。", "comparison"),
    ("皮肤科医生推荐的温和配方。", "expert_endorsement"),
    ("通过国家质检，获得欧盟认证。", "certification"),
    ("全网累计卖出一百万瓶。", "sales_record"),
    ("来，一起开箱看看包装盒里有什么。", "unboxing"),
    ("给大家看一下上身效果，转个圈。", "try_on_show"),
    ("搭配牛仔裤或者半身裙都好看。", "styling"),
    ("通勤、露营、健身，带上就走。", "scenario"),
    ("券后只要五十九块九。", "offer_price"),
    ("买一送一，今天下单还送旅行装。", "gift_bonus"),
    ("限时三天，错过再等一年。", "scarcity"),
    ("一年质保，坏了免费换新。", "guarantee"),
    ("赶紧点左下角链接下单吧。", "cta"),
    ("很多宝宝会问，敏感肌能不能用？", "qa_objection"),
    ("走进我们的工厂，看看每一道工序。", "behind_scenes"),
    ("一共五个颜色，容量五百毫升。", "spec_info"),
    ("我自己用了三年，一直在回购。", "social_proof"),
    ("千万别划走，看完这条能省一千块。", "hook"),
    ("创始人从一间小作坊起家，初心不改。", "brand_story"),
    ("告别毛躁，让头发顺滑一整天。", "product_feature"),
    ("Tired of tangled cables on your desk?", "pain_point"),
    ("Introducing our new cordless vacuum.", "product_intro"),
    ("Completely leak-proof and dishwasher safe.", "product_feature"),
    ("Just press the button and pour it in.", "usage_demo"),
    ("Get 30% off this weekend only.", "offer_price"),
    ("Buy one get one free with a free pouch.", "gift_bonus"),
    ("Only twenty left, almost gone.", "scarcity"),
    ("30 day money-back guarantee.", "guarantee"),
    ("Tap the link below to shop now.", "cta"),
    ("Recommended by dermatologists, and dermatologists recommend it daily.", "expert_endorsement"),
    ("With hyaluronic acid and vitamin C.", "ingredient_tech"),
    ("Over two million sold worldwide.", "sales_record"),
    ("Unlike other brands, ours lasts.", "comparison"),
    ("We dropped it from a roof to test it.", "experiment"),
    ("Since 1924, our company has made shoes.", "brand_intro"),
    ("Welcome back to my channel.", "hook"),
    ("You might ask, but is it safe for kids?", "qa_objection"),
    ("Available in six sizes and four shades.", "spec_info"),
    ("Pair it with white sneakers.", "styling"),
    ("It keeps your hands dry without any sweat.", "product_feature"),
    ("My friends all ask me where I got it.", "social_proof"),
    ("夏天出门十分钟，后背就湿透了。", "pain_point scenario"),
    ("每次洗完头，地漏上全是头发。", "pain_point"),
    ("孩子一到换季就咳嗽，真让人揪心。", "pain_point"),
    ("充电五分钟，听歌两小时。", "product_feature"),
    ("它只有一个手机那么重，放口袋里完全没感觉。", "product_feature"),
    ("采用新疆长绒棉，越洗越软。", "product_feature"),
    ("今天这个价格，我跟老板磨了三个小时。", "offer_price"),
    ("原价三百九十九，现在一百九十九到手。", "offer_price"),
    ("还剩最后二十单，倒计时三二一。", "scarcity"),
    ("现在拍，顺丰包邮，七天无理由。", "guarantee"),
    ("拍两件再送你一瓶同款小样。", "gift_bonus"),
    ("喜欢的姐妹直接去拍一号链接。", "cta"),
    ("每一片茶叶都来自海拔一千米的高山茶园。", "behind_scenes"),
    ("我们在这个行业做了二十年。", "brand_intro brand_story"),
    ("隆重推出第三代智能扫地机。", "product_intro"),
    ("先把它拧开，加水，再按一下开关。", "usage_demo"),
    ("我们拿刀刮一百下，一点划痕都没有。", "experiment product_feature"),
    ("用了一周，痘印真的淡了好多。", "before_after social_proof"),
    ("油皮姐妹能用吗？放心，完全没问题。", "qa_objection"),
    ("一米六五，一百斤，穿的是 M 码。", "spec_info try_on_show"),
    ("My phone dies before lunch every single day.", "pain_point"),
    ("Nobody likes wet socks.", "pain_point"),
    ("This jacket keeps you dry in the heaviest rain.", "product_feature"),
    ("Twenty hours of battery on a single charge.", "product_feature"),
    ("Here is the all-new Trail backpack.", "product_intro"),
    ("Use code SPRING for 20 percent off.", "offer_price"),
    ("Every order comes with a free travel pouch.", "gift_bonus"),
    ("If you don't love it, send it back for a full refund.", "guarantee"),
    ("Head to our website and pick your colour.", "cta"),
    ("We started in a garage in 1998.", "brand_story brand_intro"),
    ("Fill it with ice, close the lid, and shake.", "usage_demo"),
    ("After four weeks my skin looked completely different.", "before_after social_proof"),
    ("Thousands of five star reviews can't be wrong.", "social_proof"),
    ("We ran it over with a truck. Still works.", "experiment"),
    ("Made by hand in a small town in Italy.", "behind_scenes brand_story"),
    ("Stock is running out fast.", "scarcity"),
]


@pytest.mark.parametrize(("line", "wanted"), [*SAMPLES, *OTHERS])
def test_the_main_use_of_a_line(line: str, wanted: str) -> None:
    """`wanted` names the uses that an editor would accept as the main one."""
    found = classify(Heard(line, NAMES), shipped())
    assert next(iter(found), "nothing") in wanted.split()


@pytest.mark.parametrize(
    ("denied", "free"),
    [
        ("倒过来也不漏", "倒过来就漏"),
        ("告别干燥紧绷", "秋天干燥紧绷"),
        ("It never leaks.", "It leaks."),
        ("a leak-proof lid", "a lid that leaks"),
        ("say goodbye to frizz", "so much frizz"),
        ("再也不怕起球", "穿两次就起球"),
    ],
)
def test_a_denied_problem_is_a_promise(denied: str, free: str) -> None:
    assert "pain_point" not in classify(Heard(denied), shipped())
    assert next(iter(classify(Heard(free), shipped()))) == "pain_point"


def test_not_careful_is_no_denial() -> None:
    assert next(iter(classify(Heard("一不小心就漏一包"), shipped()))) == "pain_point"


def test_the_opening_of_footage_may_hook() -> None:
    line = "咖啡还没喝几口，就已经凉了。"
    assert "hook" not in classify(Heard(line), shipped())
    opening = classify(Heard(line, opens=True), shipped())
    assert list(opening) == ["pain_point"] or list(opening)[:2] == ["pain_point", "hook"]
    assert "hook" in classify(Heard("为什么杯子总是漏？", opens=True), shipped())


@pytest.mark.parametrize("text", ["", "嗯嗯", "la la la", "😀", "1234"])
def test_nothing_clear_gives_nothing(text: str) -> None:
    assert classify(Heard(text), shipped()) == {}


def test_a_content_type_of_the_library_is_found_by_its_names() -> None:
    added = {"content_type": [{"key": "pet_safety", "zh": "宠物安全", "en": "pet safety", "aliases": ["宠物友好"]}]}
    assert "pet_safety" in classify(Heard("这里宠物友好"), shipped().extended(added))


def test_every_cue_speaks_for_a_known_type() -> None:
    assert not shipped().unknown("content_type", {cue.type for cue in table().cues})
    assert all(0 < cue.weight <= 3 for cue in table().cues)


def test_a_long_text_is_weighed_by_sentences_and_quickly_bounded() -> None:
    found = classify(Heard("到手价九十九。" * 200 + "点击下方链接。"), shipped())
    assert list(found) == ["offer_price"]


def test_sentences() -> None:
    assert sentences("Ｈi there. It’s 3.5 cm!真的？好；") == ["hi there.", "it's 3.5 cm!", "真的?", "好;"]


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("这款青屿杯", "青屿", True),
        ("the carry cup is here", "Carry Cup", True),
        ("cupboard", "cup", False),
        ("anything", " ", False),
    ],
)
def test_mentions(text: str, name: str, found: bool) -> None:
    assert mentions(text, name) is found
