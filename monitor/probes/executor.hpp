#pragma once

// Asio has no header of forward declarations, and its own header of this type costs a file that
// only sees it in a declaration half a second of compilation. Who calls with one or keeps one
// includes <boost/asio/any_io_executor.hpp>.
namespace boost::asio {
class any_io_executor;
}
