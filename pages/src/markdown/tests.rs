use super::*;
use alloc::format;

fn html(text: &str) -> String {
    let mut page = String::new();
    write(text, &mut page);
    assert!(page.len() <= bound(text.len()));
    page
}

fn assert_all(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(html(text), *expected, "{text}");
    }
}

#[test]
fn blocks() {
    assert_all(&[
        ("a\nb\n\nc", "<p>a\nb</p>\n<p>c</p>\n"),
        (
            "# a #\n## b\n###### c\n#d",
            "<h2>a</h2>\n<h3>b</h3>\n<h6>c</h6>\n<p>#d</p>\n",
        ),
        ("a\n===\nb\n---\n---", "<h2>a</h2>\n<h3>b</h3>\n<hr>\n"),
        (
            "```rs\n<a>\n  b\n\n```\nc",
            "<pre tabindex=\"0\"><code>&lt;a&gt;\n  b\n\n</code></pre>\n<p>c</p>\n",
        ),
        ("~~~\na", "<pre tabindex=\"0\"><code>a\n</code></pre>\n"),
        (
            "    a\n\n    b\n\nc",
            "<pre tabindex=\"0\"><code>a\n\nb\n</code></pre>\n<p>c</p>\n",
        ),
        (
            "> a\nb\n> > c\n\nd",
            "<blockquote><p>a\nb</p>\n<blockquote><p>c</p>\n</blockquote>\n</blockquote>\n<p>d</p>\n",
        ),
        ("> a\n---", "<blockquote><p>a</p>\n</blockquote>\n<hr>\n"),
        ("* * *\n_ _ _\n--", "<hr>\n<hr>\n<p>--</p>\n"),
        (
            "<div>\n*a*\n</div>",
            "<p>&lt;div&gt;\n<em>a</em>\n&lt;/div&gt;</p>\n",
        ),
        (
            "\t a\tb",
            "<pre tabindex=\"0\"><code> a\tb\n</code></pre>\n",
        ),
        ("\u{feff}# a\r\nb\r\n", "<h2>a</h2>\n<p>b</p>\n"),
        ("", ""),
    ]);
}

#[test]
fn lists() {
    assert_all(&[
        ("- a\n- b", "<ul><li>a\n</li><li>b\n</li></ul>\n"),
        (
            "- a\n\n- b",
            "<ul><li><p>a</p>\n</li><li><p>b</p>\n</li></ul>\n",
        ),
        ("- a\n+ b", "<ul><li>a\n</li></ul>\n<ul><li>b\n</li></ul>\n"),
        (
            "3. a\n4. b\n1) c",
            "<ol start=\"3\"><li>a\n</li><li>b\n</li></ol>\n<ol><li>c\n</li></ol>\n",
        ),
        (
            "- a\n  - b\n    c\n- d",
            "<ul><li>a\n<ul><li>b\nc\n</li></ul>\n</li><li>d\n</li></ul>\n",
        ),
        (
            "- a\n  - b\n\n    c\n- d",
            "<ul><li>a\n<ul><li><p>b</p>\n<p>c</p>\n</li></ul>\n</li><li>d\n</li></ul>\n",
        ),
        (
            "- a\n  > b\n  >\n- c",
            "<ul><li>a\n<blockquote><p>b</p>\n</blockquote>\n</li><li>c\n</li></ul>\n",
        ),
        ("-\n- b\n\nc", "<ul><li></li><li>b\n</li></ul>\n<p>c</p>\n"),
        ("-\n\n  a", "<ul><li></li></ul>\n<p>a</p>\n"),
        (
            "- a\n\n  b\n\nc",
            "<ul><li><p>a</p>\n<p>b</p>\n</li></ul>\n<p>c</p>\n",
        ),
        (
            "- a\n> b",
            "<ul><li>a\n</li></ul>\n<blockquote><p>b</p>\n</blockquote>\n",
        ),
        (
            "- ```\n  a\n\n  b\n  ```\n- c",
            "<ul><li><pre tabindex=\"0\"><code>a\n\nb\n</code></pre>\n</li><li>c\n</li></ul>\n",
        ),
        ("a\n2. b\n1. c", "<p>a\n2. b</p>\n<ol><li>c\n</li></ol>\n"),
        ("1234567890. a", "<p>1234567890. a</p>\n"),
        ("-a", "<p>-a</p>\n"),
        (
            "-     a",
            "<ul><li><pre tabindex=\"0\"><code>a\n</code></pre>\n</li></ul>\n",
        ),
        ("- - a", "<ul><li><ul><li>a\n</li></ul>\n</li></ul>\n"),
    ]);
}

#[test]
fn tables() {
    assert_all(&[
        (
            "a|b\n:-:|-:\n1|2|3\n*x*\n\ny",
            "<table><thead><tr><th scope=\"col\" class=\"center\">a</th>\
             <th scope=\"col\" class=\"right\">b</th></tr></thead><tbody>\n\
             <tr><td class=\"center\">1</td><td class=\"right\">2</td></tr>\n\
             <tr><td class=\"center\"><em>x</em></td></tr>\n</tbody></table>\n<p>y</p>\n",
        ),
        (
            "| `a\\|b` |\n|-|\n# c",
            "<table><thead><tr><th scope=\"col\"><code>a|b</code></th></tr></thead><tbody>\n\
             </tbody></table>\n<h2>c</h2>\n",
        ),
        ("a|b\n-\n", "<h3>a|b</h3>\n"),
        ("a|b\n|-|\n", "<p>a|b\n|-|</p>\n"),
        ("|\n|", "<p>|\n|</p>\n"),
    ]);
}

#[test]
fn text_of_blocks() {
    assert_all(&[
        (
            "*a* _b_ **c** __d__ ~~e~~",
            "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <del>e</del></p>\n",
        ),
        (
            "***a** b* **a*b***",
            "<p><em><strong>a</strong> b</em> <strong>a<em>b</em></strong></p>\n",
        ),
        ("a_b_c 2*3*4 a * b", "<p>a_b_c 2<em>3</em>4 a * b</p>\n"),
        ("*a **b* c**", "<p><em>a <em><em>b</em> c</em></em></p>\n"),
        ("*foo**bar*", "<p><em>foo**bar</em></p>\n"),
        ("~a~ ~~~b~~~", "<p>~a~ ~~~b~~~</p>\n"),
        (
            "`a``b` ``c ` d`` `e",
            "<p><code>a``b</code> <code>c ` d</code> `e</p>\n",
        ),
        (
            "`` ` `` ` ` `*a*`",
            "<p><code>`</code> <code> </code> <code>*a*</code></p>\n",
        ),
        ("\\*a\\* \\` `\\` \\a", "<p>*a* ` <code>\\</code> \\a</p>\n"),
        (
            "&amp; &lt;b&gt; &x; & \u{1}",
            "<p>&amp; &lt;b&gt; &amp;x; &amp; \u{fffd}</p>\n",
        ),
        ("a  \nb\\\nc \nd", "<p>a<br>\nb<br>\nc\nd</p>\n"),
        (
            "<b>a</b> <!-- c --> <3",
            "<p>&lt;b&gt;a&lt;/b&gt; &lt;!-- c --&gt; &lt;3</p>\n",
        ),
    ]);
}

#[test]
fn links_and_pictures() {
    assert_all(&[
        ("[a](b)", "<p><a href=\"b\">a</a></p>\n"),
        (
            "[a *b*](</c d> \"e\")",
            "<p><a href=\"/c%20d\" title=\"e\">a <em>b</em></a></p>\n",
        ),
        (
            "[a]( ../b?c=1&d#e 'f&amp;' )",
            "<p><a href=\"../b?c=1&amp;d#e\" title=\"f&amp;\">a</a></p>\n",
        ),
        (
            "[a]() [b](c(d)e) [f](g",
            "<p><a href=\"\">a</a> <a href=\"c(d)e\">b</a> [f](g</p>\n",
        ),
        (
            "![a *b*](c.png 'd')",
            "<p><img src=\"c.png\" alt=\"a b\" title=\"d\" loading=\"lazy\"></p>\n",
        ),
        (
            "[![a](b)](c)",
            "<p><a href=\"c\"><img src=\"b\" alt=\"a\" loading=\"lazy\"></a></p>\n",
        ),
        (
            "[![a *b*](https://c/d)](e) ![f](//g) ![h](/i)",
            "<p><a href=\"e\">a b</a> f <img src=\"/i\" alt=\"h\" loading=\"lazy\"></p>\n",
        ),
        (
            "![a ![b](c) [d](e)](f)",
            "<p><img src=\"f\" alt=\"a b d\" loading=\"lazy\"></p>\n",
        ),
        ("[a [b](c) d](e)", "<p>[a <a href=\"c\">b</a> d](e)</p>\n"),
        ("*[a*](b)", "<p>*<a href=\"b\">a*</a></p>\n"),
        (
            "[a][b] [B] [c][] [d]\n\n[b]: <x y> 'z'\n[C]:\n/c\n[b]: other",
            "<p><a href=\"x%20y\" title=\"z\">a</a> <a href=\"x%20y\" title=\"z\">B</a> <a href=\"/c\">c</a> [d]</p>\n",
        ),
        ("[a]: b 'c' d", "<p>[a]: b &#39;c&#39; d</p>\n"),
        (
            "<https://a.b/?c&d> <e@f.g> <x:y> <//z:1>",
            "<p><a href=\"https://a.b/?c&amp;d\">https://a.b/?c&amp;d</a> <a href=\"mailto:e@f.g\">e@f.g</a> &lt;x:y&gt; &lt;//z:1&gt;</p>\n",
        ),
        (
            "[a](\u{e9}\"') [`]`](b)",
            "<p><a href=\"%C3%A9%22%27\">a</a> <a href=\"b\"><code>]</code></a></p>\n",
        ),
    ]);
}

#[test]
fn links_to_other_schemes_are_text() {
    for destination in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#10;script:alert(1)",
        "java&#x09;script:alert(1)",
        "javascript&#58;alert(1)",
        "javascript\\:alert(1)",
        "&#1;javascript:alert(1)",
        "<&#32;javascript:alert(1)>",
        "< javascript:alert(1)>",
        "<java\tscript:alert(1)>",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:x",
        "a:b",
    ] {
        let texts = [
            format!("[a]({destination})"),
            format!("![a]({destination})"),
            format!("[a]\n\n[a]: {destination}"),
            format!("<{destination}>"),
        ];
        for text in texts {
            let html = html(&text);
            assert!(!html.contains("<a") && !html.contains("<img"), "{html}");
        }
    }
    for destination in [
        "HTTPS://a",
        "http:b",
        "mailto:a@b",
        "a/b:c",
        "?a:b",
        "#a:b",
        "./a:b",
    ] {
        let html = html(&format!("[a]({destination})"));
        assert!(html.contains("<a href="), "{html}");
    }
}

#[test]
fn a_document_beyond_the_limit_is_plain_text() {
    let line = "# a<b>\n";
    let text = line.repeat(MARKDOWN_BYTES / line.len());
    assert!(html(&text).starts_with("<h2>a&lt;b&gt;</h2>"));
    let text = line.repeat(MARKDOWN_BYTES / line.len() + 1);
    assert!(html(&text).starts_with("<pre tabindex=\"0\"># a&lt;b&gt;\n"));
}

#[test]
fn nesting_has_a_bound() {
    use crate::limits::MARKDOWN_DEPTH;
    let quotes = |count| html(&">".repeat(count)).matches("<blockquote>").count();
    assert_eq!(quotes(MARKDOWN_DEPTH), MARKDOWN_DEPTH);
    assert_eq!(quotes(MARKDOWN_DEPTH + 9), MARKDOWN_DEPTH);
    assert!(html(&"- ".repeat(99)).matches("<ul>").count() <= MARKDOWN_DEPTH);
}

#[test]
fn long_links_are_text() {
    use crate::limits::MARKDOWN_LINK_BYTES;
    for (length, is_link) in [
        (MARKDOWN_LINK_BYTES - 1, true),
        (MARKDOWN_LINK_BYTES, false),
    ] {
        let long = "a".repeat(length);
        let texts = [
            format!("[a]({long})"),
            format!("[a](<{long}>)"),
            format!("[a](b '{long}')"),
            format!("[a][{long}]\n\n[{long}]: b"),
        ];
        for text in texts {
            assert_eq!(html(&text).contains("<a href"), is_link, "{length}");
        }
    }
}

#[test]
fn definitions_are_repeated_up_to_the_limit() {
    let length = 1_000;
    let uses = 2 * MARKDOWN_REPEATED_BYTES / length;
    let text = format!("[a]: {}\n\n{}", "b".repeat(length), "[a] ".repeat(uses));
    let links = html(&text).matches("<a href").count();
    assert_eq!(links, MARKDOWN_REPEATED_BYTES / length);
}
