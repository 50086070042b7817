from xml.etree import ElementTree

from ganlib.viz.svg import arrow, box, drawing, group, text


def test_a_drawing_is_well_formed_and_says_what_it_shows():
    parts = [box(0, 0, 10, 10, "#D55E00"), text(1, 2, "a"), arrow((0, 0), (0, 30))]
    made = drawing(100, 50, [group(parts, tip="both")], 'A "box" & an arrow')
    root = ElementTree.fromstring(made)
    assert root.get("viewBox") == "0 0 100 50"
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'A "box" & an arrow'
    assert root.findtext("g/title") == "both"


def test_text_is_never_markup():
    made = drawing(9, 9, [text(0, 0, "<script>alert(1)</script>")], "<b>")
    root = ElementTree.fromstring(made)
    assert [child.tag for child in root] == ["text"]
    assert root.findtext("text") == "<script>alert(1)</script>"


def test_the_head_of_an_arrow_is_at_its_end():
    for end in ((0, 20), (0, -20), (20, 0), (-20, 0)):
        _, head = ElementTree.fromstring(arrow((0, 0), end)).findall("path")
        assert head.get("d").startswith(f"M{end[0]} {end[1]}L")
