"""A third set: whole sentences, mixed trades, role words and denials, written after the second."""

from __future__ import annotations

AI_CHIP = """
公司是国内领先的GPU芯片设计企业,产品广泛应用于数据中心
公司自主研发的GPGPU产品已在多家互联网公司规模化部署
专注于人工智能领域的核心处理器芯片
人工智能处理器IP、云端智能芯片及加速卡
从事云端、边缘端人工智能芯片的设计
国产CPU与GPU芯片
研发面向大模型推理的AI芯片
AI推理与训练加速芯片,不涉及代工
GPU及配套软件生态
GPU芯片、板卡与服务器
AI芯片及智算一体机
新一代可编程NPU与AI SoC
高性能图形处理芯片及显控模组
以GPU为核心的全栈算力产品
车规级自动驾驶SoC及解决方案提供商
大算力自动驾驶芯片A1000
智驾SoC
L2+辅助驾驶芯片
边缘侧大模型AI芯片与模组
超低功耗存内计算语音芯片
RRAM存算一体AI大算力芯片
稀疏化AI计算芯片及加速卡
张量处理单元
类GPU架构AI加速芯片
端侧AI芯片及方案
三维集成近存AI芯片
AI眼镜用端侧AI芯片
自研NPU架构的视觉AI芯片
云端AI芯片独角兽,科创板IPO受理
腾讯投资的云端AI芯片公司
百度控股的AI芯片公司
曾为游戏公司,现主营GPU芯片
AI ASIC与GPU
深度学习推理加速卡
Develops data-center GPUs for AI training and inference
Chinese AI accelerator maker
A fabless semiconductor company focused on AI chips
GPU and CPU developer
high-performance GPGPU vendor
Automotive AI SoC developer
AI vision processors and NPU
wafer-scale AI processor
國產AI晶片設計商
舱驾一体SoC
自动驾驶域控芯片
自動駕駛SoC
神經網路處理器
雲端GPU晶片
""".strip().splitlines()

RELATED = """
半导体IP授权及一站式芯片定制
国产EDA全流程
国内最大晶圆代工企业
为AI芯片提供先进封装
为GPU、AI芯片公司提供测试服务
GPU、CPU测试设备
AI芯片用探针卡
HBM与先进封装材料
CMP设备与减薄设备
半导体刻蚀用硅材料
半导体真空阀门与零部件
超高纯金属溅射靶材
300mm大硅片
SOI硅片
IC封装基板
NAND Flash与DRAM模组
存储控制器芯片
SSD主控芯片
新型存储器MRAM
信创CPU
国产通用处理器CPU
高性能服务器处理器
Arm服务器CPU芯片
可编程逻辑器件
FPGA加速卡
云计算数据中心DPU
信创服务器与整机
高端计算机与AI服务器
AI服务器与交换机
液冷服务器
高速光通信器件
1.6T光模块
光电共封装CPO
磷化铟衬底
高速交换芯片
芯粒互联IP
AI网络互联芯片
GPU服务器研发与销售
搭载国产GPU的服务器
晶圆代工与封测
芯片测试座与老化设备
memory chip manufacturer
etching tools for chip fabs
leading foundry
optical module supplier to NVIDIA
FPGA and CPLD vendor
EDA and IP provider
server manufacturer using NVIDIA GPUs
chip packaging substrate maker
半導體封測廠
通用计算与AI算力服务器
FC-BGA基板
矽晶圓
光通訊模組
AI伺服器
""".strip().splitlines()

NO = """
为AI芯片提供散热材料
AI服务器散热与温控
GPU租赁平台
GPU算力服务器租赁及运维
向客户提供基于英伟达GPU的云算力
英伟达GPU云服务商
算力租赁与智算中心
智算中心总包
算力网络与IDC
GPU集群调度软件
AI训练平台软件
AI推理框架
异构计算云平台软件
AI芯片营销咨询
芯片设计人才培训
英伟达显卡代理商
GPU显卡分销
显卡、主板及整机贸易
二手GPU回收
加密货币挖矿与GPU托管
以太坊矿机
区块链矿机芯片及设备
智能合约与区块链
电力载波芯片
智能家居MCU
语音控制芯片与蓝牙音频
家电主控芯片
射频收发芯片
北斗导航芯片
电源管理与信号链芯片
IGBT与MOSFET
碳化硅MOSFET
MEMS惯性传感器
激光雷达芯片
屏下指纹
OLED显示驱动芯片
Mini LED芯片
安全芯片与智能卡
身份识别芯片
触控芯片
人形机器人关节
AI大模型公司
大模型训练平台与应用
AI教育大模型
自动驾驶卡车
智能驾驶域控制器
智能网联汽车软件
高精地图
三维CAD软件
游戏引擎与图形渲染软件
图像处理软件
影视渲染云
生物智能制造
中国芯基金
芯片概念主题投资
保健品与芝麻丸
油气田测井仪器
光伏逆变器
光伏单晶炉
LED照明
动力电池材料
电子布与覆铜板
AI服务器高速连接器壳体
GPU供电模块
石英晶振
陶瓷电容
服务器机箱
服务器风扇
云手机与云游戏
公司不从事GPU、AI芯片的研发生产
公司业务与AI芯片无关
尚未开展AI芯片业务,主要从事视频监控
拟收购GPU公司的纺织企业
参股AI芯片企业的房地产公司
持有摩尔线程股权的创投
主要客户为GPU厂商的温控企业
AI chip investor
GPU leasing firm
sells GPU cloud capacity
AI model developer using GPUs
provides GPU cloud and colocation
Bitcoin miner
thermal solutions for GPUs
power modules for AI chips
robotics company using AI chips
autonomous trucking
IT distributor
game studio
surveillance cameras
image sensor chips
analog and mixed-signal ICs
算力租賃
加密貨幣礦機
電動車
大語言模型
射頻晶片
""".strip().splitlines()

CASES = tuple(
    [(text, "ai_chip") for text in AI_CHIP]
    + [(text, "related") for text in RELATED]
    + [(text, "no") for text in NO]
)
