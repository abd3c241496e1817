#include "supervisor/hold/slates.hpp"

#include <algorithm>
#include <utility>

namespace supervisor {

using recovery::splice::read_slate;
using recovery::splice::Slate;

namespace {

// FFmpeg 7.1 does not say which file it cannot open.
std::string about_image(const std::string& error, const std::string& image) {
  const bool is_named = image.empty() || error.find(image) != std::string::npos;
  return is_named ? error : image + ": " + error;
}

}  // namespace

Slates::Slates(Context context)
    : context_(std::move(context)),
      limit_(context_.clock.make_timer(context_.services.loop.executor())),
      retry_(context_.clock.make_timer(context_.services.loop.executor())) {
}

void Slates::configure(std::optional<SlatePlan> plan) {
  if (plan_ == plan) return;
  plan_ = std::move(plan);
  known_.clear();
  told_.clear();
  ++runs_;
  present_.reset();
  encoding_.reset();
  limit_->cancel();
  retry_->cancel();
  if (plan_) return go_on();
  for (const Wanted& each : wanted_) context_.on_slate(each.pipe, nullptr);
}

void Slates::want(std::size_t pipe, const RelayPicture& picture) {
  const auto same = std::ranges::find(wanted_, pipe, &Wanted::pipe);
  if (same == wanted_.end()) {
    wanted_.push_back({pipe, picture});
  } else {
    same->picture = picture;
  }
  if (!plan_) return;
  if (const Known* known = find(picture)) return context_.on_slate(pipe, known->slate);
  go_on();
}

const Slates::Known* Slates::find(const RelayPicture& picture) const {
  const auto found = std::ranges::find_if(
      known_, [&](const Known& each) { return each.picture.is_alike(picture); });
  return found == known_.end() ? nullptr : &*found;
}

// The next that is wanted and not known yet.
void Slates::go_on() {
  while (plan_ && !present_) {
    const auto next = std::ranges::find_if(
        wanted_, [this](const Wanted& each) { return find(each.picture) == nullptr; });
    if (next == wanted_.end()) return;
    present_ = next->picture;
    quantizer_ = 0;
    const std::string refused = no_slate_for(present_->codec, present_->parameters);
    if (!refused.empty()) {
      settle(nullptr, refused);
      continue;
    }
    limit_->set(context_.clock.now() + encoding_limit, [this] {
      settle(nullptr, "FFmpeg did not encode it within 20 s");
      go_on();
    });
    encode();
  }
}

void Slates::encode() {
  const auto command = slate_command(*plan_, present_->codec, present_->parameters,
                                     slate_quantizers[quantizer_], PictureEncoding::descriptor);
  std::string error;
  // Not from within the child's own call.
  const auto take_later = context_.services.loop.callback(
      weak_from_this(), [run = ++runs_](Slates& self, PictureEncoding::Result result) {
        if (self.runs_ == run) self.take(std::move(result));
      });
  encoding_ = PictureEncoding::begin(context_.launch, command, plan_->text, take_later, error);
  if (!encoding_) settle(nullptr, error);
}

void Slates::take(PictureEncoding::Result result) {
  encoding_.reset();
  if (!result.error.empty()) {
    settle(nullptr, about_image(result.error, plan_->image));
    return go_on();
  }
  auto made = read_slate(result.media);
  const std::size_t limit = std::max(present_->key_frame_bytes, smallest_limit);
  if (!made) {
    settle(nullptr, "FFmpeg made no whole picture of it");
  } else if (made->codec != present_->codec || made->parameters != present_->parameters) {
    settle(nullptr, "FFmpeg made " + describe(made->codec, made->parameters) + " of it");
  } else if (made->picture.size() <= limit) {
    settle(std::make_shared<const Slate>(std::move(*made)), {});
  } else if (++quantizer_ < slate_quantizers.size()) {
    encode();
  } else {
    settle(nullptr, "it takes more than the stream's own key frames, however coarse");
  }
  go_on();
}

void Slates::settle(Made slate, const std::string& trouble) {
  const RelayPicture picture = *std::exchange(present_, std::nullopt);
  ++runs_;
  encoding_.reset();
  limit_->cancel();
  known_.push_back({picture, std::move(slate)});
  forget_oldest();
  const std::string kind = describe(picture.codec, picture.parameters);
  if (known_.back().slate) {
    context_.services.log.write(
        LogLevel::info, "slate_made", context_.stream, "The slate is made: " + kind,
        {{"bytes", static_cast<std::int64_t>(known_.back().slate->picture.size())}});
  } else {
    tell("No slate for " + kind + ": " + trouble + "; the last picture stands in");
    retry_later();
  }
  deliver();
}

// Of those that are not wanted.
void Slates::forget_oldest() {
  if (known_.size() <= remembered) return;
  const auto oldest = std::ranges::find_if(known_, [this](const Known& known) {
    return std::ranges::none_of(
        wanted_, [&](const Wanted& each) { return each.picture.is_alike(known.picture); });
  });
  if (oldest != known_.end()) known_.erase(oldest);
}

void Slates::deliver() {
  const Known last = known_.back();
  for (const Wanted& each : wanted_) {
    if (each.picture.is_alike(last.picture)) context_.on_slate(each.pipe, last.slate);
  }
}

// Once, however often it is tried.
void Slates::tell(const std::string& trouble) {
  if (std::exchange(told_, trouble) == trouble) return;
  context_.services.log.write(LogLevel::warning, "slate_failed", context_.stream, trouble);
}

void Slates::retry_later() {
  retry_->set(context_.clock.now() + retry_after, [this] {
    std::erase_if(known_, [](const Known& each) { return each.slate == nullptr; });
    go_on();
  });
}

}  // namespace supervisor
