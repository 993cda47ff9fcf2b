"""The name check: match, near or none, and never the name itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import names
from registry.rules.kinds import NameMatch


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("张明华", NameMatch.MATCH),
        (" 张 明华 ", NameMatch.MATCH),
        ("张明华先生", NameMatch.MATCH),
        ("章明华", NameMatch.NEAR),
        ("张铭花", NameMatch.NEAR),
        ("張明華", NameMatch.NEAR),
        ("明华", NameMatch.NEAR),
        ("張", NameMatch.NONE),
        ("张先生", NameMatch.NONE),
        ("华", NameMatch.NONE),
        ("李明华", NameMatch.NONE),
        ("", NameMatch.NONE),
        ("先生", NameMatch.NONE),
        ("张明", NameMatch.NONE),
    ],
)
def test_what_visitors_say(said: str, outcome: NameMatch) -> None:
    assert names.check(said, ["张明华"]) is outcome


NEAR, NONE, MATCH = NameMatch.NEAR, NameMatch.NONE, NameMatch.MATCH


@pytest.mark.parametrize(
    ("name", "said", "outcome"),
    [
        # surnames that are not read as the character mostly is
        ("单雄信", "善雄信", NEAR),
        ("单雄信", "丹雄信", NEAR),
        ("曾国强", "增国强", NEAR),
        ("曾国强", "层国强", NEAR),
        ("解晓东", "谢晓东", NEAR),
        ("解晓东", "姐晓东", NEAR),
        ("仇英", "求英", NEAR),
        ("仇英", "愁英", NEAR),
        ("区建国", "欧建国", NEAR),
        ("区建国", "曲建国", NEAR),
        ("查良镛", "扎良镛", NEAR),
        ("查良镛", "茶良镛", NEAR),
        ("任贤齐", "人贤齐", NEAR),
        ("盖丽丽", "葛丽丽", NEAR),
        ("朴志强", "瓢志强", NEAR),
        ("乐嘉", "岳嘉", NEAR),
        ("解放", "谢放", NEAR),
        ("华重阳", "花崇阳", NEAR),
        # of two characters
        ("尉迟敬德", "玉池敬德", NEAR),
        ("尉迟敬德", "卫迟敬德", NEAR),
        ("尉迟敬德", "敬德", NEAR),
        ("欧阳修远", "欧阳秀远", NEAR),
        ("欧阳修远", "修远", NEAR),
        ("歐陽修遠", "欧阳修远", NEAR),
        ("欧阳修远", "欧阳", NONE),
        ("欧阳修远", "欧阳先生", NONE),
        ("欧阳修远", "欧阳总", NONE),
        ("欧阳修远", "阳修远", NONE),
        ("单于飞", "于飞", NEAR),
        # what ears and dialects mix up, and what they do not
        ("张志成", "脏自陈", NEAR),
        ("陈静", "程晋", NEAR),
        ("李明", "李敏", NEAR),
        ("刘芳", "牛芳", NONE),
        ("胡兰", "胡蓝", NEAR),
        ("胡兰", "付兰", NONE),
        ("王刚", "王甘", NONE),
        # without the surname
        ("张明华", "铭桦", NEAR),
        ("張明華", "明华", NEAR),
        ("张明华", "小华", NONE),
        ("张小华", "小华", NEAR),
        ("张伟", "伟", NONE),
        ("王林", "林先生", NONE),
        ("王林", "林", NONE),
        # titles, as visitors say them
        ("王建军", "王先生", NONE),
        ("王建军", "王师傅", NONE),
        ("王建军", "老王", NONE),
        ("王建军", "小王", NONE),
        ("王建军", "王总", NONE),
        ("王建军", "王哥", NONE),
        ("王建军", "王建军师傅", MATCH),
        ("王建军", "建军老师", NEAR),
        ("王建军", "汪建君老师", NEAR),
        ("张忠", "张总", NONE),
        ("李天工", "李天工", MATCH),
        ("李天工", "李天", NONE),
        # what an office wrote where it knew no name: nobody can say it right
        ("王先生", "王先生", NONE),
        ("王女士", "王", NONE),
        ("老张", "老张", NONE),
        ("李总", "李总", NONE),
        ("张", "张", NONE),
        # names with a dot
        ("买买提·艾力", "买买提艾力", MATCH),
        ("买买提·艾力", "买买提•艾力", MATCH),
        ("买买提.艾力", "买买提・艾力", MATCH),
        ("古丽娜尔·艾山", "古丽娜尔", NEAR),
        ("古丽娜尔·艾山", "古力那尔", NEAR),
        ("古丽娜尔·艾山", "艾山", NONE),
        ("古丽娜尔·艾山", "丽娜尔艾山", NONE),
        ("阿依古丽·买买提江", "阿依古丽·买买提", NONE),
        ("爱新觉罗·启星", "启星", NEAR),
        ("爱新觉罗·启星", "爱新觉罗", NONE),
        ("约翰·史密斯", "约翰", NEAR),
    ],
)
def test_what_counts_as_near(name: str, said: str, outcome: NameMatch) -> None:
    assert names.check(said, [name]) is outcome


SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗单曾解仇区查"
GIVEN = {  # a character, one that sounds like it, one that does not
    "明": ("铭", "刚"), "华": ("桦", "丽"), "伟": ("玮", "芳"), "建": ("健", "波"),
    "军": ("君", "涛"), "丽": ("莉", "强"), "静": ("婧", "磊"), "国": ("帼", "婷"),
}  # fmt: skip
surnames = st.sampled_from([*SURNAMES, "欧阳", "尉迟", "司马", "上官"])
given_names = st.lists(st.sampled_from(sorted(GIVEN)), min_size=1, max_size=2)
titles = st.sampled_from(["", "先生", "女士", "师傅", "老师", "总", "哥", "姐", "工"])


# Many a given name is a surname too: 王林 is not whom a visitor of 林先生 looks for.
any_names = st.lists(st.sampled_from([*sorted(GIVEN), "林", "王", "单"]), min_size=1, max_size=2)


@given(surnames, surnames, any_names, titles, st.sampled_from(["", "老", "小"]))
def test_a_surname_alone_fits_nobody(
    said: str, surname: str, given_name: list[str], title: str, before: str
) -> None:
    assert names.check(f"{before}{said}{title}", [surname + "".join(given_name)]) is NONE


@given(surnames, given_names, st.data())
def test_what_sounds_alike_is_near_and_what_does_not_is_none(
    surname: str, given_name: list[str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(given_name) - 1))
    alike, other = GIVEN[given_name[place]]
    name = surname + "".join(given_name)

    def said(character: str) -> str:
        return surname + "".join([*given_name[:place], character, *given_name[place + 1 :]])

    assert names.check(said(alike), [name]) is NEAR
    assert names.check(said(other), [name]) is NONE
    assert names.check(name + "先生", [name]) is MATCH


@given(surnames, given_names)
def test_a_given_name_alone_is_near_if_it_has_two_characters(
    surname: str, given_name: list[str]
) -> None:
    expected = NEAR if len(given_name) == 2 else NONE
    assert names.check("".join(given_name), [surname + "".join(given_name)]) is expected


def test_a_long_surname_may_be_missing_as_a_whole() -> None:
    assert names.check("明华", ["欧阳明华"]) is NameMatch.NEAR
    assert names.check("阳明华", ["欧阳明华"]) is NameMatch.NONE


def test_anybody_of_the_household_counts_and_the_best_fit_wins() -> None:
    assert names.check("李娜", ["张明华", "李娜"]) is NameMatch.MATCH
    assert names.check("章明华", ["李娜", "张明华"]) is NameMatch.NEAR


def test_a_household_without_names_matches_nobody() -> None:
    assert names.check("张明华", []) is NameMatch.NONE
    assert names.check("张明华", [""]) is NameMatch.NONE


def test_latin_names_need_no_case() -> None:
    assert names.check("john smith", ["John Smith"]) is NameMatch.MATCH
    assert names.check("smith", ["John Smith"]) is NameMatch.NONE


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_gets_an_answer(said: str, name: str) -> None:
    assert names.check(said, [name]) in NameMatch


@given(st.text("张王李明华伟娜刚欧阳", min_size=2, max_size=4))
def test_a_name_matches_itself(name: str) -> None:
    assert names.check(name, [name]) is NameMatch.MATCH


def test_initials_know_every_reading() -> None:
    assert names.initials("张三") == {"zs"}
    assert {"zgf", "cgf"} <= names.initials("曾国藩")


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("欧阳明华", "欧***"), ("", ""), ("李", "李*")]
)
def test_masked_names(name: str, shown: str) -> None:
    assert names.mask(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13900001234", "139****1234"), ("84501234", "845*1234"), ("110", "***"), ("", "")],
)
def test_masked_phones(phone: str, shown: str) -> None:
    assert names.mask_phone(phone) == shown
