from ghrules.report.html.runbook import render


def test_headings_go_below_those_of_the_page_and_the_title_is_not_repeated() -> None:
    assert render("# Slow\n\n## Look\n\ntext\n", "Slow") == "<h3>Look</h3>\n<p>text</p>\n"
    assert render("# Other\n", "Slow") == "<h3>Other</h3>\n"


def test_tables_and_code_are_shown() -> None:
    html = render("| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\nls <x>\n```\n", "t")
    assert '<table tabindex="0">' in html
    assert '<code class="language-sh">ls &lt;x&gt;\n</code>' in html


def test_raw_html_and_images_are_only_text() -> None:
    html = render("<script>x</script>\n\n<b>y</b> ![z](https://x.example/z.png)\n", "t")
    assert "<script" not in html
    assert "<b>" not in html
    assert "<img" not in html


def test_links_lead_to_the_web_only() -> None:
    html = render("[a](https://x.example) [b](other.md) [c](javascript:x) [d](data:text/html,x) [e](#look)\n", "t")
    assert '<a href="https://x.example" rel="noopener noreferrer">a</a>' in html
    assert "<span>b</span>" in html
    assert html.count("href=") == 2
