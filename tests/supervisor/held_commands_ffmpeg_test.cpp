// What real FFmpegs make of a command taken apart is what the command itself makes: each output has
// the same streams, codecs, tags and metadata.
//
// With FFSUPERVISOR_TEST_FFMPEG in the environment, that FFmpeg in place of the machine's own.

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "child_run.hpp"
#include "held_commands.hpp"
#include "recovery/splice/splicer.hpp"
#include "supervisor/ffmpeg/ask_ffmpeg.hpp"
#include "supervisor/ffmpeg/command_outputs.hpp"
#include "supervisor/hold/held_command.hpp"
#include "supervisor/hold/hold_questions.hpp"
#include "supervisor/hold/output_legs.hpp"
#include "supervisor/hold/publisher_command.hpp"

namespace supervisor {
namespace {

using Words = std::vector<std::string>;

std::string tested_ffmpeg() {
  const char* given = std::getenv("FFSUPERVISOR_TEST_FFMPEG");
  return given != nullptr ? given : "ffmpeg";
}

std::string joined(const Words& words) {
  std::string all;
  for (const std::string& word : words) all += word + ' ';
  return all;
}

Words split(std::string_view text) {
  Words words(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

// Runs to the end. `redirection`: the shell's, `<IN/file`.
std::string output_of(const Words& argv, const std::string& redirection = "") {
  Words words = {"sh", "-c", "exec \"$0\" \"$@\" " + redirection};
  words.insert(words.end(), argv.begin(), argv.end());
  boost::asio::io_context loop;
  test::ChildRun run(loop, words);
  run.spec.capture_progress = false;
  run.spec.join_output = true;
  EXPECT_TRUE(run.run()) << joined(argv);
  EXPECT_TRUE(run.exit && run.exit->code == 0) << joined(argv) << redirection << '\n' << run.errors;
  return run.errors;
}

// What the relay makes of an encoder's output, as if it were read in time.
void splice(const std::string& from, const std::string& to) {
  std::ifstream file(from, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  std::ofstream spliced(to, std::ios::binary);
  monitor::Instant now{};
  recovery::splice::Splicer splicer({}, now);
  const auto encoder = splicer.add(recovery::splice::Role::encoder);
  splicer.select(encoder);
  const auto output = splicer.attach();
  std::array<recovery::splice::Bytes, 8> pieces;
  recovery::splice::Bytes left = bytes;
  const auto is_over = [&] { return left.empty() && splicer.next_deadline() == monitor::never; };
  for (int step = 0; step < 3000 && !is_over(); ++step) {
    now += std::chrono::milliseconds(20);
    const bool has_room = splicer.read_after(encoder, now) <= now;
    const auto read = left.first(has_room ? std::min<std::size_t>(left.size(), 16384) : 0);
    left = left.subspan(read.size());
    splicer.feed(encoder, read, now);
    if (left.empty()) splicer.end(encoder, now);
    splicer.tick(now);
    while (const std::size_t count = splicer.gather(output, pieces)) {
      std::size_t size = 0;
      for (std::size_t i = 0; i < count; ++i) {
        spliced.write(reinterpret_cast<const char*>(pieces[i].data()),
                      static_cast<std::streamsize>(pieces[i].size()));
        size += pieces[i].size();
      }
      splicer.written(output, size);
    }
  }
  EXPECT_TRUE(is_over());
}

// A command's output, by the file that stands in for it.
struct Place {
  std::string url, file;
};

class HeldCommands : public testing::TestWithParam<test::FieldCommand> {
 protected:
  void SetUp() override {
    folder = testing::TempDir() + "held_commands_" + std::to_string(::getpid());
    std::filesystem::create_directories(folder + "/in");
    std::filesystem::create_directories(folder + "/bare");
    std::filesystem::create_directories(folder + "/held");
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string in(const std::string& name) const { return folder + "/in/" + name; }

  void make(const std::string& name, const std::string& words) const {
    Words argv = {"ffmpeg", "-v", "error", "-y"};
    for (const std::string& word : split(words)) argv.push_back(placed(word, ""));
    argv.push_back(in(name));
    output_of(argv);
  }

  // The inputs that the command names, and what they are made of.
  void make_inputs(std::string_view words) const {
    const std::string picture = "-f lavfi -i testsrc2=s=160x90:r=25:d=1 ";
    const std::string tone = "-f lavfi -i sine=r=44100:d=1 ";
    const std::string h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p ";
    const auto needs = [words](std::string_view name) {
      return words.find("IN/" + std::string(name)) != std::string_view::npos;
    };
    make("av.mp4", picture + tone + h264 + "-c:a aac");
    if (needs("av.flv")) make("av.flv", "-i IN/av.mp4 -map_metadata -1 -c copy");
    if (needs("av.ts"))
      make("av.ts",
           "-i IN/av.mp4 -map 0:v -map 0:a -map 0:a -c copy -metadata:s:a:0 language=eng "
           "-metadata:s:a:1 language=fra");
    if (needs("dvb.ts"))
      make("dvb.ts", picture + tone + "-c:v mpeg2video -pix_fmt yuv420p -c:a mp2");
    // VP8 in MPEG-TS is a stream of a kind that FFmpeg does not know when it reads it.
    if (needs("data.ts"))
      make("data.ts",
           "-i IN/av.mp4 -map 0:v -map 0:a -map 0:v -c:v:0 copy -c:a copy -c:v:1 libvpx");
    if (needs("hevc.mp4"))
      make("hevc.mp4", picture +
                           "-c:v libx265 -preset ultrafast -pix_fmt yuv420p -x265-params "
                           "log-level=error");
    if (needs("radio.mp3")) make("radio.mp3", tone + "-c:a libmp3lame");
    if (needs("tone.wav")) make("tone.wav", tone + "-c:a pcm_s16le");
    if (needs("cover.png")) make("cover.png", "-f lavfi -i testsrc2=s=160x90:r=1:d=1 -frames:v 1");
  }

  std::string placed(const std::string& word, const std::string& where) const {
    return replaced(replaced(word, "IN/", folder + "/in/"), "OUT/", where + '/');
  }

  // The command with files in place of its servers; what needs one in any case writes Matroska.
  Words with_files(const Words& argv, const std::vector<Place>& places,
                   const std::string& where) const {
    Words changed;
    for (std::string word : argv) {
      for (const Place& place : places) word = replaced(word, place.url, where + place.file);
      const bool needs_server = word == "rtsp" || word == "rtp" || word == "rtp_mpegts";
      const bool is_format = !changed.empty() && changed.back() == "-f";
      changed.push_back(is_format && needs_server ? "matroska" : placed(word, where));
    }
    return changed;
  }

  static FfmpegHelp help_for(const FfmpegCommand& command) {
    AskedFfmpeg asked = ask_ffmpeg(publishing_program(command), hold_questions(command));
    EXPECT_EQ(asked.error, "");
    return std::move(asked.help);
  }

  // What a player would be told, a line a stream.
  static std::string described(const std::string& file) {
    const std::string text = output_of(
        {"ffprobe", "-v", "error", "-show_entries",
         "stream=index,codec_name,codec_type,profile,codec_tag_string,width,height,pix_fmt,"
         "sample_rate,channels,channel_layout,has_b_frames,r_frame_rate,id"
         ":stream_tags:stream_disposition=default,hearing_impaired,comment,attached_pic"
         ":program=program_id:program_tags:format=format_name:format_tags",
         "-of", "compact", file});
    std::istringstream lines(text);
    std::string all;
    for (std::string line; std::getline(lines, line);) all += without_own_tags(line) + '\n';
    return all;
  }

  // Not those that FFmpeg makes of the input's own (the brands of an MP4), which MPEG-TS has no
  // place for, and those of Matroska's muxer that name the encoder and the length.
  static std::string without_own_tags(const std::string& line) {
    std::istringstream fields(line);
    std::string kept;
    for (std::string field; std::getline(fields, field, '|');) {
      std::string name = field.substr(0, field.find('='));
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
      const auto own = std::to_array<std::string_view>({"tag:major_brand", "tag:minor_version",
                                                        "tag:compatible_brands", "tag:handler_name",
                                                        "tag:vendor_id", "tag:duration"});
      const bool is_encoder = line.starts_with("stream") && name == "tag:encoder";
      if (!is_encoder && std::ranges::find(own, name) == own.end()) kept += field + '|';
    }
    return kept;
  }

  std::string folder;
};

TEST_P(HeldCommands, PublishTheSame) {
  make_inputs(GetParam().words);
  Words argv = {tested_ffmpeg(), "-y"};
  for (const std::string& word : split(GetParam().words)) argv.push_back(word);
  const FfmpegCommand command(argv);
  Words names;
  for (const monitor::Output& output : command_outputs(command)) names.push_back(output.name);
  std::vector<Place> places;
  for (const std::string& url : command.endpoints().outputs) {
    if (!is_network(url)) continue;
    const std::string ending = std::filesystem::path(url.substr(0, url.find('?'))).extension();
    places.push_back(
        {url, "/" + std::to_string(places.size()) + (ending.size() < 6 ? ending : "")});
  }

  HeldCommand held;
  ASSERT_NO_THROW(held = held_command(command, help_for(command), names));
  ASSERT_EQ(held.publishers.size(), places.size());
  output_of(with_files(argv, places, folder + "/bare"));

  std::vector<int> descriptors;
  std::string redirections;
  for (std::size_t pipe = 0; pipe < held.pipes; ++pipe) {
    descriptors.push_back(static_cast<int>(5 + pipe));  // one digit, for the shell
    redirections +=
        std::to_string(descriptors[pipe]) + ">" + folder + "/" + std::to_string(pipe) + ".ts ";
  }
  const Words encoder = with_files(held.encoder_argv(descriptors), places, folder + "/held");
  output_of(encoder, redirections);
  for (std::size_t pipe = 0; pipe < held.pipes; ++pipe) {
    const std::string piped = folder + "/" + std::to_string(pipe);
    splice(piped + ".ts", piped + ".spliced.ts");
  }
  for (std::size_t i = 0; i < held.publishers.size(); ++i) {
    const HeldCommand::Publisher& publisher = held.publishers[i];
    EXPECT_EQ(publisher.argv.back(), places[i].url);
    const Words publishing = with_files(publisher.argv, places, folder + "/held");
    output_of(publishing, "<" + folder + "/" + std::to_string(publisher.pipe) + ".spliced.ts");
    EXPECT_EQ(described(folder + "/held" + places[i].file),
              described(folder + "/bare" + places[i].file))
        << joined(argv) << '\n'
        << joined(encoder) << '\n'
        << joined(publishing);
  }
}

INSTANTIATE_TEST_SUITE_P(Field, HeldCommands, testing::ValuesIn(test::field_commands),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace supervisor
