#include "monitor/tracks/track_text.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "monitor/text/utf8.hpp"
#include "monitor/tracks/clean_text.hpp"

namespace monitor {
namespace {

using std::string_literals::operator""s;

const Track dusk{.artist = "Ana", .title = "Dusk", .album = "Nights", .playlist = "Main"};

Track titled(std::string title) {
  return {.artist = "Ana", .title = std::move(title)};
}

const std::vector<std::string> hostile_titles{
    "'; rm -rf /; '",
    "$(reboot) `id` ${HOME}",
    "one\ntwo\r\nthree\t\v\x1b[2J",
    std::string(10'000, 'x'),
    std::string(10'000, '\xFF'),
    "\xC3\x28 \xE2\x82 \xF0\x9F\x8E",
    "-i /etc/passwd",
    "--help",
    "nul\0nul"s,
    "\xE2\x80\xAE"
    "evil"
    "\xE2\x80\xA8"
    "line",
    "../../etc/passwd",
    "..",
    "...",
    ".hidden",
    "x',movie=/etc/shadow[a];[a]nullsink,drawtext=text='y",
    "concat:/etc/passwd|/etc/shadow",
    "100% {title} {artist} %{pts} \\",
    "\"quoted\" & <b>",
    "{",
    "}",
    "",
    "   ",
};

bool has_control(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

TEST(CleanText, IsOneLineOfValidUtf8WithinItsLimit) {
  for (const std::string& title : hostile_titles) {
    for (const std::size_t limit : {0U, 2U, 3U, 7U, 50U, 256U}) {
      const std::string clean = clean_text(title, limit);
      EXPECT_LE(clean.size(), limit) << title;
      EXPECT_EQ(clean, valid_utf8(clean)) << title;
      EXPECT_FALSE(has_control(clean)) << title;
      EXPECT_EQ(clean, clean_text(clean, limit)) << "once is enough";
    }
  }
  EXPECT_EQ(clean_text(" one\ntwo\r\n three ", 99), "one two  three");
  EXPECT_EQ(clean_text("\xE2\x80\xAE"
                       "evil"
                       "\xE2\x80\xA8"
                       "line\xC2\x9B!",
                       99),
            "evil line !");
  EXPECT_EQ(clean_text("Beyonc\xC3\xA9 \xE2\x80\x93 \xE5\xA4\x9C \xF0\x9F\x8E\xB5", 99),
            "Beyonc\xC3\xA9 \xE2\x80\x93 \xE5\xA4\x9C \xF0\x9F\x8E\xB5");
  EXPECT_EQ(clean_text("ééééé", 7), "éé…");
}

TEST(TrackText, PutsInWhatThePlaceholdersName) {
  EXPECT_EQ(track_text("{artist} - {title}", dusk), "Ana - Dusk");
  EXPECT_EQ(track_text("{title} by {artist} ({album}, {playlist})", dusk),
            "Dusk by Ana (Nights, Main)");
  EXPECT_EQ(track_text("Now: {{{title}}}", dusk), "Now: {Dusk}");
  EXPECT_EQ(track_text("", dusk), "");
}

TEST(TrackText, AMissingValueTakesItsSeparatorAlong) {
  const Track untitled{.artist = "Ana"};
  const Track anonymous{.title = "Jingle"};
  EXPECT_EQ(track_text("{artist} - {title}", untitled), "Ana");
  EXPECT_EQ(track_text("{artist} - {title}", anonymous), "Jingle");
  EXPECT_EQ(track_text("{artist} - {title}", Track{}), "");
  EXPECT_EQ(track_text("{artist} - {title} ({album})", titled("Dusk")), "Ana - Dusk");
  EXPECT_EQ(track_text("Now: {artist} - {title}", anonymous), "Now: Jingle");
  EXPECT_EQ(track_text("{artist} from {album}", dusk), "Ana from Nights");
}

TEST(TrackText, AValueIsNeverReadAsATemplate) {
  EXPECT_EQ(track_text("{artist} - {title}", titled("{artist} {{ {nothing}")),
            "Ana - {artist} {{ {nothing}");
}

TEST(TrackText, IsBounded) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "{title} ";
  const std::string text = track_text(pattern, titled(std::string(10'000, 'x')));
  EXPECT_LE(text.size(), track_text_bytes);
  EXPECT_LE(track_text("{title}", titled(std::string(10'000, 'x'))).size(), track_value_bytes);
}

TEST(Template, AnUnknownPlaceholderIsNamed) {
  EXPECT_EQ(template_problem("{artist} - {title} {album} {playlist} {{}}"), "");
  EXPECT_EQ(template_problem("{artist} - {titel}"),
            "unknown placeholder \"{titel}\": expected {artist}, {title}, {album} and {playlist}; "
            "\"{{\" is a brace");
  EXPECT_EQ(template_problem("{}").substr(0, 24), "unknown placeholder \"{}\"");
  EXPECT_EQ(template_problem("x {artist"), "\"{artist\": the brace is not closed");
  EXPECT_NE(template_problem(std::string(5000, 'x')), "");
  EXPECT_LT(template_problem("{" + std::string(900, 'x') + "}").size(), 250U);
}

TEST(Drawtext, PercentAndBackslashTakeABackslash) {
  EXPECT_EQ(escaped_for_drawtext("100% \\ %{pts} it's: a, [b];"),
            "100\\% \\\\ \\%{pts} it's: a, [b];");
}

TEST(Drawtext, NothingIsABlank) {
  EXPECT_EQ(escaped_for_drawtext(""), " ");
}

TEST(Argument, HoldsTheValueAsItIs) {
  EXPECT_EQ(filled_argument("title={artist} - {title}", dusk, ArgumentKind::plain),
            "title=Ana - Dusk");
  EXPECT_EQ(
      filled_argument("title={title}", titled("'; $(id) `x` \"y\" & | * ~"), ArgumentKind::plain),
      "title='; $(id) `x` \"y\" & | * ~");
}

TEST(Argument, OtherBracesAreFfmpegs) {
  const std::string drawtext = "drawtext=text='%{pts\\:hms} {title}':x={w}";
  EXPECT_EQ(filled_argument(drawtext, dusk, ArgumentKind::filter),
            "drawtext=text='%{pts\\:hms} Dusk':x={w}");
  EXPECT_TRUE(has_placeholder("a{title}b"));
  EXPECT_TRUE(has_placeholder("{{title}"));
  EXPECT_FALSE(has_placeholder("%{pts} {titel} {"));
}

TEST(Argument, NoValueBecomesAnOptionOrEndsTheArgument) {
  for (const std::string& title : hostile_titles) {
    for (const ArgumentKind kind :
         {ArgumentKind::plain, ArgumentKind::filter, ArgumentKind::path}) {
      for (const std::string pattern : {"{title}", "{album}{title}", "{title}{title}"}) {
        const std::string argument = filled_argument(pattern, titled(title), kind);
        EXPECT_FALSE(argument.starts_with('-')) << title;
        EXPECT_FALSE(has_control(argument)) << title;
        EXPECT_EQ(argument, valid_utf8(argument)) << title;
        EXPECT_LE(argument.size(), 2 * 4 * track_value_bytes) << title;
      }
    }
  }
  EXPECT_EQ(filled_argument("{title}", titled("-i x"), ArgumentKind::plain), "\xE2\x80\x90i x");
  EXPECT_EQ(filled_argument("title={title}", titled("-i x"), ArgumentKind::plain), "title=-i x");
}

TEST(Argument, InAFilterGraphNoSignOfItsLanguageIsLeft) {
  for (const std::string& title : hostile_titles) {
    const std::string text = filled_argument("{title}", titled(title), ArgumentKind::filter);
    EXPECT_EQ(text.find_first_of("'\\:,;[]%=|"), std::string::npos) << text;
  }
}

TEST(Argument, ItsKindIsToldByTheCommand) {
  const std::vector<std::string> command{"ffmpeg",
                                         "-f",
                                         "lavfi",
                                         "-i",
                                         "color=black",
                                         "-i",
                                         "{title}.mp4",
                                         "-filter:v:0",
                                         "x",
                                         "-metadata",
                                         "title={title}",
                                         "-y",
                                         "/a/{title}",
                                         "-filter_complex",
                                         "y",
                                         "rtmp://h/{title}"};
  const auto kind = [&](std::size_t i) { return argument_kind(command, i); };
  EXPECT_EQ(kind(0), ArgumentKind::plain);
  EXPECT_EQ(kind(4), ArgumentKind::filter) << "lavfi";
  EXPECT_EQ(kind(6), ArgumentKind::path) << "the next input is none of lavfi's";
  EXPECT_EQ(kind(8), ArgumentKind::filter);
  EXPECT_EQ(kind(10), ArgumentKind::plain);
  EXPECT_EQ(kind(12), ArgumentKind::path);
  EXPECT_EQ(kind(14), ArgumentKind::filter);
  EXPECT_EQ(kind(15), ArgumentKind::path) << "the last is the output";
  EXPECT_EQ(kind(99), ArgumentKind::plain);
}

TEST(TrackPath, NoValueLeadsOutOfTheFolder) {
  for (const std::string& title : hostile_titles) {
    const std::string path = track_path("/loops/{title}.mp4", titled(title));
    ASSERT_TRUE(path.starts_with("/loops/") && path.ends_with(".mp4")) << path;
    const std::string name = path.substr(7);
    EXPECT_EQ(name.find('/'), std::string::npos) << path;
    EXPECT_EQ(name.find(".."), std::string::npos) << path;
    EXPECT_NE(name.front(), '.') << path;
    EXPECT_NE(name.front(), '-') << path;
    EXPECT_LE(name.size(), 255U) << path;
    EXPECT_EQ(name.find_first_of(":|%?#*\\"), std::string::npos) << path;
  }
}

TEST(TrackPath, IsWhatAPersonWouldExpect) {
  EXPECT_EQ(track_path("/loops/{artist} - {title}.mp4", dusk), "/loops/Ana - Dusk.mp4");
  EXPECT_EQ(track_path("/loops/{playlist}/{title}.mp4", titled("AC/DC: What's Up?")),
            "/loops/_/AC_DC_ What's Up_.mp4");
  EXPECT_EQ(track_path("{title}.mp4", titled("...One More Time")), "___One More Time.mp4");
  EXPECT_EQ(track_path("{title}.mp4", titled("Mr.")), "Mr_.mp4");
}

}  // namespace
}  // namespace monitor
