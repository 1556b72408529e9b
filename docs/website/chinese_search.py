"""Search in Chinese: words of pages by jieba, and queries split into the longest words that the index has.

Sphinx splits queries at blanks, which Chinese does not have, so that a phrase would be found only as one word.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import jieba
from sphinx.search.zh import SearchChinese

jieba.setLogLevel(logging.WARNING)

SPLITTER = r"""
var splitQuery = (query) => {
  const terms = Search._index ? { ...Search._index.terms, ...Search._index.titleterms } : {};
  const has = (word) => Object.prototype.hasOwnProperty.call(terms, word);
  const words = [];
  for (const part of query.split(/[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu).filter((one) => one)) {
    for (const run of part.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? []) {
      if (!/\p{Script=Han}/u.test(run)) { words.push(run); continue; }
      const letters = [...run];
      let place = 0;
      let unknown = "";
      while (place < letters.length) {
        let size = letters.length - place;
        while (size > 1 && !has(letters.slice(place, place + size).join(""))) size -= 1;
        if (size > 1) words.push(letters.slice(place, place + size).join(""));
        else unknown += letters[place];
        place += size;
      }
      if (unknown && !words.length) words.push(run);
    }
  }
  return words;
};
"""
HAN = re.compile(r"[㐀-鿿]+")


class SearchChineseWords(SearchChinese):
    """The search of Sphinx in Chinese, with queries split into words."""

    language_name = "English"
    """Names the stemmer of Latin words in the page, which is the English one."""
    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:  # noqa: A002 - the name is Sphinx's
        """Split a text into words: those of jieba, none of blanks or marks alone."""
        return [word for word in self._words(input) if word.strip()]

    def _words(self, text: str) -> Iterator[str]:
        for part in HAN.findall(text):
            yield from jieba.cut_for_search(part)
        latin = [term.strip() for term in self.latin1_letters.findall(text)]
        self.latin_terms.update(latin)
        yield from latin
