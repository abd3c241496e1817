#include "monitor/launch_error.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace monitor {
namespace {

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

TEST(LaunchError, AProgramThatIsNotInstalledIsNamedWithWhereItWasLookedForAndTheRemedy) {
  const std::string text = describe_launch_error(ENOENT, "ffmpeg");
  EXPECT_TRUE(has(text, "\"ffmpeg\"")) << text;
  EXPECT_TRUE(has(text, "PATH")) << text;
  EXPECT_TRUE(has(text, "apt install ffmpeg")) << text;
  EXPECT_FALSE(has(text, "No such file")) << "reads like a missing media file: " << text;
  EXPECT_FALSE(has(describe_launch_error(ENOENT, "nice"), "FFmpeg"));
}

TEST(LaunchError, APathThatDoesNotExistWasNotLookedForInPath) {
  const std::string text = describe_launch_error(ENOENT, "/opt/x/ffmpeg");
  EXPECT_TRUE(has(text, "\"/opt/x/ffmpeg\"")) << text;
  EXPECT_FALSE(has(text, "PATH")) << text;
}

TEST(LaunchError, OthersSayTheirOwnReason) {
  EXPECT_TRUE(has(describe_launch_error(EACCES, "./ffmpeg"), "chmod +x"));
  EXPECT_TRUE(has(describe_launch_error(ENOEXEC, "ffmpeg"), "processor"));
  EXPECT_TRUE(has(describe_launch_error(EAGAIN, "ffmpeg"), "Resource temporarily unavailable"));
  EXPECT_EQ(describe_launch_error(ENOENT, ""),
            "The command could not be started: No such file or directory (errno 2).");
}

}  // namespace
}  // namespace monitor
